// Clients that hold on without going on: heads, bodies, answers and connections that stand still are let go of after the operator's
// patience; those that are slow and go on are served. All of them at once, so that the waiting is done once.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLine, requestOf } from './raw-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, newSession } from './server-requests.js';

const MIB = 1024 ** 2;
/** Seconds that the server waits. */
const PATIENCE = 3;
const blob = randomBytes(7 * MIB);
const id = randomBytes(16).toString('base64url');

let server: RunningServer;
let token: string;
beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1', '--patience', String(PATIENCE)] });
  token = await newSession(server.url);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    'if-none-match': '*',
  };
  expect((await call(`${server.url}/v1/blobs/${id}`, { method: 'PUT', headers, body: blob })).status).toBe(
    201,
  );
});
afterAll(() => server?.stop());

/** Listens to a connection until it is closed, which it must be. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => (text += part));
  socket.resume();
  await once(socket, 'close');
  return text;
}
/** Writes a byte now and then for as long as the other side listens. */
async function drip(socket: TLSSocket, bytes: string, ms = 300): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(byte, 'latin1');
    await wait(ms);
  }
}
const getBlob = () => requestOf(`GET /v1/blobs/${id} HTTP/1.1`, [`authorization: Bearer ${token}`]);

describe.concurrent('is let go of', () => {
  test('a connection on which no handshake begins', { timeout: 60_000 }, async ({ expect }) => {
    const { hostname, port } = new URL(server.url);
    const socket = connectTcp({ host: hostname, port: Number(port) }).resume();
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(socket.bytesRead).toBeLessThan(100);
  });

  test('a connection that says nothing', { timeout: 60_000 }, async ({ expect }) => {
    expect(await untilClosed(await openLine(server.url))).toMatch(/^$|^HTTP\/1\.1 408 /);
  });

  test('a head that comes byte by byte', { timeout: 60_000 }, async ({ expect }) => {
    const socket = await openLine(server.url);
    void drip(socket, requestOf('GET /health HTTP/1.1', ['x-slow: '.padEnd(500, 'x')]));
    const text = await untilClosed(socket);
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nx-request-id: [\da-f-]{36}\r\n/);
  });

  test('a body that comes byte by byte', { timeout: 60_000 }, async ({ expect }) => {
    const socket = await openLine(server.url);
    socket.write(
      requestOf('POST /v1/accounts/prelogin HTTP/1.1', [
        'content-type: application/json',
        'content-length: 900',
      ]),
    );
    void drip(socket, '{"email":"'.padEnd(900, 'x'));
    expect(await untilClosed(socket)).not.toMatch(/^HTTP\/1\.1 200/);
  });

  test('a body without a length that comes byte by byte', { timeout: 60_000 }, async ({ expect }) => {
    const socket = await openLine(server.url);
    socket.write(
      requestOf('POST /v1/accounts/prelogin HTTP/1.1', [
        'content-type: application/json',
        'transfer-encoding: chunked',
      ]),
    );
    void drip(socket, '1\r\n \r\n'.repeat(200), 100);
    expect(await untilClosed(socket)).not.toMatch(/^HTTP\/1\.1 200/);
  });

  test('a form that stands still', { timeout: 60_000 }, async ({ expect }) => {
    const socket = await openLine(server.url);
    const headers = [
      `authorization: Bearer ${token}`,
      ...['content-type: multipart/form-data; boundary=b', 'content-length: 5000'],
      ...['if-none-match: *', 'sealscribe-index-match: "0"'],
    ];
    socket.write(
      requestOf(`PUT /v1/transcripts/${id} HTTP/1.1`, headers, '--b\r\ncontent-disposition: form-data'),
    );
    expect(await untilClosed(socket)).not.toMatch(/^HTTP\/1\.1 2/);
  });

  test('a connection that was used and is kept', { timeout: 60_000 }, async ({ expect }) => {
    const socket = await openLine(server.url);
    socket.write(requestOf('GET /health HTTP/1.1'));
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200/);
  });

  test(
    'a client that asks for megabytes and takes a byte a second',
    { timeout: 60_000 },
    async ({ expect }) => {
      const socket = await openLine(server.url);
      socket.write(getBlob());
      await once(socket, 'readable');
      for (let second = 0; second < 3 * PATIENCE; second++) {
        socket.read(1);
        await wait(1000);
      }
      // What the system had taken on the way is still to be had, and not the rest.
      expect((await untilClosed(socket)).length).toBeLessThan(blob.length);
    },
  );

  test(
    'a stream of HTTP/2 that nobody reads, and its connection serves others',
    { timeout: 60_000 },
    async ({ expect }) => {
      const session = connectHttp2(server.url, { rejectUnauthorized: false });
      session.on('error', () => undefined);
      const stream = session.request({ ':path': `/v1/blobs/${id}`, authorization: `Bearer ${token}` });
      stream.on('error', () => undefined);
      await once(stream, 'response');
      const beside = session.request({ ':path': '/health' }).resume();
      const [head] = (await once(beside, 'response')) as [Record<string, unknown>];
      expect(head[':status']).toBe(200);
      await once(stream, 'close');
      expect(stream.rstCode).not.toBe(0);
      session.destroy();
    },
  );

  test('an idle connection of HTTP/2', { timeout: 60_000 }, async ({ expect }) => {
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    await once(session, 'close');
    expect(session.destroyed).toBe(true);
  });
});

describe('is served', () => {
  test(
    'a client that takes its answer slowly, for longer than the patience, and goes on',
    { timeout: 60_000 },
    async ({ expect }) => {
      const session = connectHttp2(server.url, { rejectUnauthorized: false });
      const begun = performance.now();
      const stream = session.request({ ':path': `/v1/blobs/${id}`, authorization: `Bearer ${token}` });
      let bytes = 0;
      for await (const part of stream as AsyncIterable<Buffer>) {
        bytes += part.length;
        await wait(part.length / 1200);
      }
      expect(bytes).toBe(blob.length);
      expect(performance.now() - begun).toBeGreaterThan(1000 * PATIENCE);
      session.destroy();
    },
  );

  test(
    'everybody, beside three hundred connections that do nothing',
    { timeout: 60_000 },
    async ({ expect }) => {
      const idle = await Promise.all(Array.from({ length: 300 }, () => openLine(server.url)));
      expect((await call(`${server.url}/health`)).status).toBe(200);
      for (const socket of idle) socket.destroy();
    },
  );
});

test('thirty who ask for megabytes and take nothing are let go of, with what waited for them', async () => {
  const greedy = await Promise.all(Array.from({ length: 30 }, () => openLine(server.url)));
  for (const socket of greedy) socket.pause().write(getBlob());
  await wait(3000 * PATIENCE);
  const lengths = await Promise.all(greedy.map(async (socket) => (await untilClosed(socket)).length));
  expect(Math.max(...lengths)).toBeLessThan(blob.length);
  expect((await call(`${server.url}/health`)).status).toBe(200);
});
