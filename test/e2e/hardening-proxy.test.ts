/** Behind a proxy: limits and waits count each client by itself where `--trust-proxy` names the proxy, and everybody together elsewhere. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { call, hasServer } from './server-requests.js';

const bytes = (length: number) => randomBytes(length).toString('base64url');
/** Failures that an address has without a wait. */
const FREE = 50;

describe.skipIf(!hasServer)('behind a proxy', () => {
  let trusting: RunningServer;
  let wary: RunningServer;
  beforeAll(async () => {
    const args = ['--workers', '1', '--log-level', 'error'];
    trusting = await startServer({ args: [...args, '--trust-proxy', '127.0.0.1', '10.0.0.0/8'] });
    wary = await startServer({ args });
  });
  afterAll(async () => {
    await trusting?.stop();
    await wary?.stop();
  });

  /** The status of a wrong sign-in that a proxy passes on with this header. */
  const knock = async ({ url }: RunningServer, forwarded: string) =>
    (
      await call(`${url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
        body: Buffer.from(JSON.stringify({ email: `${bytes(9)}@example.com`, authKey: bytes(32) })),
      })
    ).status;
  const exhaust = async (server: RunningServer, forwarded: (round: number) => string) => {
    for (let round = 0; round < FREE + 1; round++) expect(await knock(server, forwarded(round))).toBe(401);
  };

  test('whoever guesses from one address waits, whatever they write before it; others do not', async () => {
    await exhaust(trusting, (round) => `192.0.2.${round}, 203.0.113.9`);
    expect(await knock(trusting, '192.0.2.200, 203.0.113.9')).toBe(429);
    expect(await knock(trusting, '192.0.2.200, 203.0.113.9, 10.1.2.3')).toBe(429);
    expect(await knock(trusting, '203.0.113.9, 198.51.100.7')).toBe(401);
    expect(await knock(trusting, '198.51.100.8:4711')).toBe(400);
  });

  test('without it, nobody chooses their address', async () => {
    await exhaust(wary, (round) => `192.0.2.${round}`);
    expect(await knock(wary, '198.51.100.7')).toBe(429);
  });
});
