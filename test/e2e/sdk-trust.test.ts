/** Whom the SDK talks to: the pinned certificate or one that Node trusts, over TLS 1.3, and nobody else gets a byte. */
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { CertificateError, ConnectionError, Sealscribe } from '@sealscribe/sdk-node';
import { startServer, type RunningServer } from './server-process.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const wrong = '00'.repeat(32);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as CertificateError,
  );

test('the fingerprint that the server prints is enough, with or without colons, in any case', async () => {
  for (const fingerprint of [server.fingerprint, server.fingerprint.replaceAll(':', '').toLowerCase()]) {
    const client = new Sealscribe({ server: server.url, fingerprint });
    expect((await client.health()).status).toBe('ok');
    await client.close();
  }
});

test('without a fingerprint a self-signed certificate is refused, and it is said how to pin it', async () => {
  const failure = await failureOf(new Sealscribe({ server: server.url }).health());
  expect(failure).toBeInstanceOf(CertificateError);
  expect(failure).toMatchObject({ code: 'certificate_untrusted' });
  expect(failure?.message).toContain('fingerprint');
});

/** A TLS server with the real server's certificate that counts what it is told. */
async function listener(
  options: TlsOptions = {},
): Promise<{ url: string; heard: () => number; met: () => number }> {
  const identity = await readFile(join(server.dataFolder, 'tls', 'identity.pem'), 'utf8');
  let heard = 0;
  let met = 0;
  const sockets = new Set<TLSSocket>();
  const tls = createServer({ key: identity, cert: identity, ...options }, (socket) => {
    sockets.add(socket);
    socket.on('data', (data) => (heard += data.length));
    socket.on('error', () => undefined);
  });
  tls.on('connection', () => met++);
  tls.on('tlsClientError', () => undefined);
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    tls.close();
  });
  const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
  return { url, heard: () => heard, met: () => met };
}

test('another certificate than the pinned one gets not a single byte, however often it is tried', async () => {
  const { url, heard, met } = await listener();
  const client = new Sealscribe({ server: url, fingerprint: wrong });
  for (let i = 0; i < 3; i++) {
    const failure = await failureOf(
      client.signUp({ email: 'a@example.com', password: 'no secret to anybody' }),
    );
    expect(failure).toBeInstanceOf(CertificateError);
    expect(failure).toMatchObject({ code: 'certificate_mismatch' });
  }
  await expect.poll(met).toBe(3);
  expect(heard()).toBe(0);
  // The same listener does hear a client that pins its certificate.
  const right = new Sealscribe({ server: url, fingerprint: server.fingerprint, retries: 0, timeout: 500 });
  await failureOf(right.health());
  expect(heard()).toBeGreaterThan(0);
});

test('a server that offers no TLS 1.3 is not talked to', async () => {
  const { url, heard } = await listener({ maxVersion: 'TLSv1.2' });
  const client = new Sealscribe({ server: url, fingerprint: server.fingerprint, retries: 0 });
  expect(await failureOf(client.health())).toBeInstanceOf(ConnectionError);
  expect(heard()).toBe(0);
});

test('a server that is not there is a ConnectionError after the retries', async () => {
  const client = new Sealscribe({ server: 'https://127.0.0.1:1', retries: 1 });
  expect(await failureOf(client.health())).toBeInstanceOf(ConnectionError);
});
