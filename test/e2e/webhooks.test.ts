// Webhooks on the real server: signed, tried again, sealed to the receiver, and never to a host that the operator did not name.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newWebhookKeys, openWebhook, Sealscribe, verifyWebhook } from '@sealscribe/sdk-node';
import { speech } from './behaviour-requests.js';
import { hasServer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasServer || !hasOpenssl)('a webhook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-webhooks-'));
  const dataFolder = join(folder, 'data');
  const url = 'https://hooks.example.com/seal?of=approval';
  let receiver: Server;
  let args: string[];
  let env: NodeJS.ProcessEnv;
  let server: RunningServer;
  let client: Sealscribe;
  let refuse = 0;
  const came: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];

  beforeAll(async () => {
    // prettier-ignore
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', '/CN=hooks', '-addext', 'subjectAltName=DNS:hooks.example.com', '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder });
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    receiver = createServer({ key, cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        came.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(refuse-- > 0 ? 503 : 204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    args = [
      '--workers',
      '1',
      '--metrics',
      '0',
      '--webhook-retry',
      '1',
      '--webhook-to',
      `hooks.example.com=127.0.0.1:${port}`,
    ];
    env = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    server = await startServer({ args, env, dataFolder });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp({ email: 'hooks@example.com', password: 'correct horse battery staple' });
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
    receiver?.close();
    receiver?.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    refuse = 0;
    came.length = 0;
  });
  const arrives = async (count: number) => {
    await expect.poll(() => came.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
    return came[count - 1];
  };

  test('goes to hosts that the operator named, and nowhere else', async () => {
    for (const elsewhere of [
      'https://example.com/',
      'https://127.0.0.1/',
      'https://hooks.example.com.evil.test/',
    ])
      await expect(client.webhooks.add({ url: elsewhere }), elsewhere).rejects.toMatchObject({
        code: 'forbidden',
      });
    for (const wrong of [
      'http://hooks.example.com/',
      'https://me@hooks.example.com/',
      'hooks',
      'file:///etc/passwd',
    ])
      await expect(client.webhooks.add({ url: wrong }), wrong).rejects.toMatchObject({ code: 'bad_request' });
    expect(await client.webhooks.list()).toEqual([]);
  });

  test('is signed, without content, and tried again until it is taken', async () => {
    const { id, secret } = await client.webhooks.add({ url });
    expect(await client.webhooks.test(id)).toEqual({ delivered: true, status: 204 });
    refuse = 2;
    const transcript = await client.transcribe({ data: speech({ end: 4 }) }, { job: true });
    const last = await arrives(4);
    const [, first] = came;
    expect(first?.path).toBe('/seal?of=approval');
    const { event, id: messageId } = await verifyWebhook({ secret, ...last });
    expect(event).toMatchObject({ type: 'transcription.completed', data: { webhookId: id } });
    expect(new Set(came.slice(1).map(({ headers }) => headers['webhook-id']))).toEqual(new Set([messageId]));
    expect(came.map(({ body }) => body).join()).not.toContain(transcript.text.slice(0, 20));
    await expect.poll(async () => (await client.webhooks.list())[0]?.pending).toBe(0);

    const wrong = { ...last, headers: { ...last.headers, 'webhook-timestamp': '1' } };
    await expect(verifyWebhook({ secret, ...wrong })).rejects.toMatchObject({ code: 'webhook_untrusted' });
    const changed = { ...last, body: last.body.replace('completed', 'failed') };
    await expect(verifyWebhook({ secret, ...changed })).rejects.toMatchObject({ code: 'webhook_untrusted' });
    const others = `whsec_${Buffer.alloc(32).toString('base64')}`;
    await expect(verifyWebhook({ secret: others, ...last })).rejects.toMatchObject({
      code: 'webhook_untrusted',
    });
    const now = () => Date.now() + 301_000;
    await expect(verifyWebhook({ secret, ...last }, { now })).rejects.toMatchObject({
      code: 'webhook_expired',
    });
    const { metrics } = server.ready as unknown as { metrics: string };
    const figures = await (await fetch(metrics)).text();
    for (const line of ['{outcome="taken"} 1', '{outcome="postponed"} 2', '{outcome="given_up"} 0'])
      expect(figures).toContain(`sealscribe_webhook_tries_total${line}\n`);
    for (const trace of [id, secret, messageId, 'hooks.example.com', 'approval'])
      expect(figures).not.toContain(trace);
    await client.webhooks.remove(id);
    await expect(client.webhooks.test(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('carries the transcript sealed to the receiver, and nobody else opens it', async () => {
    const { publicKey, privateKey } = await newWebhookKeys();
    const { id, secret } = await client.webhooks.add({ url, publicKey });
    const transcript = await client.transcribe({ data: speech({ end: 4 }) }, { job: true });
    const delivery = await verifyWebhook({ secret, ...(await arrives(1)) });
    expect(came[0]?.body).not.toContain(transcript.text.slice(0, 20));
    expect(await openWebhook(delivery, privateKey)).toEqual({ id: delivery.event.data.id, transcript });
    const stranger = await newWebhookKeys();
    await expect(openWebhook(delivery, stranger.privateKey)).rejects.toMatchObject({
      code: 'authentication_failed',
    });
    const moved = { ...delivery, id: Buffer.alloc(16).toString('base64url') };
    await expect(openWebhook(moved, privateKey)).rejects.toMatchObject({ code: 'authentication_failed' });
    await client.webhooks.remove(id);
  });

  test('is delivered after a restart, without what was sealed; nothing of that is on the disk', async () => {
    const { publicKey } = await newWebhookKeys();
    const { id, secret } = await client.webhooks.add({ url, publicKey });
    refuse = 2;
    await client.transcribe({ data: speech({ end: 4 }) }, { job: true });
    const { body } = await arrives(1);
    const { ciphertext } = (JSON.parse(body) as { data: { sealed: { ciphertext: string } } }).data.sealed;
    await server.kill();
    const { session } = client;
    await client.close();
    const files = spawnSync('grep', ['-rlaF', ciphertext.slice(0, 40), dataFolder]);
    expect([files.status, files.stdout.toString()]).toEqual([1, '']);
    refuse = 0;
    came.length = 0;
    server = await startServer({ args, env, dataFolder });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, session: session! });
    const delivery = await verifyWebhook({ secret, ...(await arrives(1)) });
    expect(delivery.event).toMatchObject({ type: 'transcription.completed', data: { webhookId: id } });
    expect(await openWebhook(delivery, 'not needed')).toBeUndefined();
  });
});
