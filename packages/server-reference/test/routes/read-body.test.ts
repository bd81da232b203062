// Recordings that come too slowly, over real connections; the clock of the rule is turned by hand.
import { once } from 'node:events';
import { createServer, request, type ClientRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readBody } from '../../src/routes/read-body.js';

const MINUTE = 60_000;
const ENOUGH = 16 * 1024;

let server: Server;
let client: ClientRequest;
/** What came, and how it ended: 'all of it', or the words of an error. */
let taken: number;
let end: string | undefined;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [taken, end] = [0, undefined];
  server = createServer((incoming) => {
    const take = (chunk: Buffer) => void (taken += chunk.length);
    readBody(incoming, take, new AbortController().signal).then(
      () => (end = 'all of it'),
      (error: Error) => (end = error.message),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = request({ port, host: '127.0.0.1', method: 'POST' }).on('error', () => undefined);
  client.flushHeaders();
});
afterEach(async () => {
  vi.useRealTimers();
  client.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Sends so many bytes, and waits until they are taken. */
async function send(bytes: number): Promise<void> {
  const before = taken;
  client.write(Buffer.alloc(bytes));
  while (taken < before + bytes) await new Promise((resolve) => setImmediate(resolve));
}
/** Lets time pass, and what follows from it happen. */
async function pass(milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds);
  await new Promise((resolve) => setImmediate(resolve));
}

test('a recording that drips in is given up: less than 16 KiB in a minute is standing still', async () => {
  await send(1);
  for (let second = 1; second < 60; second++) {
    await pass(1000);
    await send(200);
    expect(end).toBeUndefined();
  }
  await pass(1000);
  expect(end).toBe('The upload stalled.');
});

test('one that comes slowly, but on and on, is taken for as long as it takes', async () => {
  await send(1);
  for (let minute = 0; minute < 60; minute++) {
    await pass(MINUTE - 1);
    await send(ENOUGH);
    expect(end).toBeUndefined();
  }
  client.end();
  await vi.waitUntil(() => end !== undefined, { timeout: 30_000 });
  expect([end, taken]).toEqual(['all of it', 60 * ENOUGH + 1]);
});

test('one that goes on no more is given up after a minute', async () => {
  await send(10 * ENOUGH);
  await pass(MINUTE - 1);
  expect(end).toBeUndefined();
  await pass(1);
  expect(end).toBe('The upload stalled.');
});
