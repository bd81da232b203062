// How much three servers and a PostgreSQL on one machine carry, through the shipped nginx configuration: the figures of docs/scaling.md.
// SEALSCRIBE_LONG=1 npx vitest run --project e2e test/e2e/scale-out-load.test.ts prints them.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, startPostgres, type Postgres } from '../fixtures/postgres.js';
import { hasNginx, startMembers, startNginx, type Member, type Proxy } from './cluster.js';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';

const LONG = process.env['SEALSCRIBE_LONG'] === '1';
const SECONDS = 20;
const CLIENTS = 24;
const BYTES = 20_000;

describe.skipIf(!LONG || !hasServer || !hasPostgres || !hasNginx)('load', () => {
  let postgres: Postgres;
  let members: Member[];
  let proxy: Proxy;
  let tokens: string[];
  beforeAll(async () => {
    postgres = await startPostgres();
    members = await startMembers(3, postgres.createDatabase());
    proxy = await startNginx(members);
    tokens = [];
    for (let i = 0; i < CLIENTS; i++) tokens.push(await newSession(proxy.url));
  });
  afterAll(async () => {
    await proxy?.stop();
    await Promise.all((members ?? []).map((member) => member.stop()));
    await postgres?.stop();
  });

  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const send = (token: string, method: string, path: string, body?: Buffer) =>
    new Promise<number>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/octet-stream', 'if-none-match': '*' }),
      };
      const outgoing = request(`${proxy.url}${path}`, { method, headers, agent });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      outgoing.end(body);
    });

  /** Runs clients one beside the other until the time is over; gives milliseconds of each turn, in order of size. */
  async function load(clients: number, turn: (client: number) => Promise<void>): Promise<number[]> {
    const times: number[] = [];
    const end = performance.now() + SECONDS * 1000;
    const run = async (client: number) => {
      while (performance.now() < end) {
        const began = performance.now();
        await turn(client);
        times.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
    return times.sort((one, other) => one - other);
  }
  const report = (what: string, times: readonly number[]) => {
    const at = (share: number) => (times[Math.floor(share * times.length)] ?? NaN).toFixed(1);
    process.stdout.write(
      `${what}: ${(times.length / SECONDS).toFixed(1)}/s, median ${at(0.5)} ms, 95 % ${at(0.95)} ms, ${times.length} in all\n`,
    );
  };

  test('writes and reads of sealed bytes', async () => {
    const body = randomBytes(BYTES);
    const ids: string[][] = tokens.map(() => []);
    const writes = await load(CLIENTS, async (client) => {
      const id = randomBytes(16).toString('base64url');
      expect(await send(tokens[client] ?? '', 'PUT', `/v1/blobs/${id}`, body)).toBe(201);
      ids[client]?.push(id);
    });
    const reads = await load(CLIENTS, async (client) => {
      const mine = ids[client] ?? [];
      const id = mine[Math.floor(Math.random() * mine.length)] ?? '';
      expect(await send(tokens[client] ?? '', 'GET', `/v1/blobs/${id}`)).toBe(200);
    });
    report(`writes of ${BYTES} bytes, ${CLIENTS} clients`, writes);
    report(`reads of ${BYTES} bytes, ${CLIENTS} clients`, reads);
    expect(writes.length).toBeGreaterThan(0);
  });

  test('recordings', async () => {
    const jfk = readFileSync(JFK);
    const times = await load(6, async (client) => {
      expect((await transcribe(proxy.url, tokens[client] ?? '', jfk)).status).toBe(200);
    });
    report('recordings of 11 s, 6 clients', times);
    expect(times.length).toBeGreaterThan(0);
  });
});
