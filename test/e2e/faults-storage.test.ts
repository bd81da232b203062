// What a server does when its disk fails it: calls that end with an I/O error, one at each place; no room left; a database file with
// damage. Real server, real files, errors injected by strace into the system calls of the process.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from './behaviour-mutations.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, hasServer, newSession } from './server-requests.js';

const LONG = process.env['SEALSCRIBE_LONG'] === '1';
const canInject = spawnSync('strace', ['-e', 'inject=fsync:error=EIO', 'true']).status === 0;
const hasWorlds =
  spawnSync('bwrap', ['--ro-bind', '/', '/', '--size', '4096', '--tmpfs', '/tmp', 'true']).status === 0;
const seed = Number(process.env['SEALSCRIBE_SEED'] ?? 20261123);

const newId = () => randomBytes(16).toString('base64url');

/** Somebody who keeps blobs, and remembers what was acknowledged. */
class Keeper {
  readonly acknowledged = new Map<string, Buffer>();
  readonly statuses: number[] = [];
  constructor(readonly token: string) {}

  async put(url: string, size: number): Promise<void> {
    const [id, body] = [newId(), randomBytes(size)];
    const headers = {
      authorization: `Bearer ${this.token}`,
      'if-none-match': '*',
      'content-type': 'application/octet-stream',
    };
    const answer = await call(`${url}/v1/blobs/${id}`, { method: 'PUT', headers, body }).catch(
      () => undefined,
    );
    this.statuses.push(answer?.status ?? 0);
    if (answer?.status === 201) this.acknowledged.set(id, body);
  }

  async delete(url: string, id: string): Promise<number> {
    const headers = { authorization: `Bearer ${this.token}` };
    const { status } = await call(`${url}/v1/blobs/${id}`, { method: 'DELETE', headers });
    if (status === 204) this.acknowledged.delete(id);
    return status;
  }

  /** The acknowledged blobs that do not come back as they were. */
  async missing(url: string): Promise<string[]> {
    const headers = { authorization: `Bearer ${this.token}` };
    const lost: string[] = [];
    for (const [id, bytes] of this.acknowledged) {
      const answer = await call(`${url}/v1/blobs/${id}`, { headers });
      if (answer.status !== 200 || !answer.bytes.equals(bytes)) lost.push(`${id}: ${answer.status}`);
    }
    return lost;
  }
}

describe.skipIf(!hasServer)(`a disk that fails, seed ${seed}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-faults-'));
  const prepared = join(folder, 'prepared');
  let token: string;
  let before: Map<string, Buffer>;
  const args = ['--workers', '1'];

  beforeAll(async () => {
    const server = await startServer({ dataFolder: prepared, args });
    token = await newSession(server.url);
    const keeper = new Keeper(token);
    for (let i = 0; i < 20; i++) await keeper.put(server.url, 2000 + 700 * i);
    before = keeper.acknowledged;
    expect(before.size).toBe(20);
    await server.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A copy of the prepared database, and its keeper. */
  function copy(name: string): { dataFolder: string; keeper: Keeper } {
    const dataFolder = join(folder, name);
    cpSync(prepared, dataFolder, { recursive: true });
    const keeper = new Keeper(token);
    for (const [id, bytes] of before) keeper.acknowledged.set(id, bytes);
    return { dataFolder, keeper };
  }

  // Each thread counts its own calls: the one of the database is the one that makes them.
  for (const name of ['pwrite64', 'fsync'])
    for (const nth of LONG ? Array.from({ length: 40 }, (_, i) => i + 1) : [2, 9])
      test.skipIf(!canInject)(
        `an I/O error in ${name} number ${nth}: what was acknowledged is there, and the next start works`,
        async () => {
          const { dataFolder, keeper } = copy(`${name}-${nth}`);
          const trace = join(folder, `${name}-${nth}.trace`);
          const wasInjected = () =>
            readFileSync(trace, 'utf8').includes('EIO (Input/output error) (INJECTED)');
          const inject = ['-e', `trace=${name}`, '-e', `inject=${name}:error=EIO:when=${nth}`];
          const wrapper = ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', trace, ...inject];
          // A server that cannot even open its database says so and ends; nothing was acknowledged by it.
          const server = await startServer({ dataFolder, args, wrapper }).catch((error: unknown) => {
            expect((error as Error).message).toMatch(/disk|database|I\/O/i);
            return undefined;
          });
          if (server) {
            // A late call takes many writes.
            for (let i = 0; i < 9 || (i < 300 && !wasInjected()); i++)
              await keeper.put(server.url, 3000 + 5000 * (i % 4));
            for (let i = 0; i < 3; i++) await keeper.put(server.url, 5000);
            // One failing call does not make a server that fails for ever.
            expect(keeper.statuses.slice(-3)).toEqual([201, 201, 201]);
            expect(keeper.statuses.every((status) => [201, 500, 503, 507].includes(status))).toBe(true);
            expect(await keeper.missing(server.url)).toEqual([]);
            await server.kill();
          }
          expect(wasInjected()).toBe(true);
          const next = await startServer({ dataFolder, args });
          expect(await keeper.missing(next.url)).toEqual([]);
          await next.stop();
        },
      );

  test.skipIf(!hasWorlds)(
    'no room: 507, alive, what is there can be read and deleted, and then there is room',
    async () => {
      const dataFolder = join(folder, 'full');
      const world = [
        '--ro-bind',
        '/',
        '/',
        '--dev',
        '/dev',
        '--proc',
        '/proc',
        '--size',
        String(26 * 2 ** 20),
      ];
      const wrapper = ['bwrap', ...world, '--tmpfs', folder, '--die-with-parent'];
      const server = await startServer({ dataFolder, args, wrapper });
      const keeper = new Keeper(await newSession(server.url));
      for (const size of [400_000, 20_000]) {
        do await keeper.put(server.url, size);
        while (keeper.statuses.at(-1) === 201 && keeper.statuses.length < 1000);
      }
      expect(keeper.statuses.filter((status) => status !== 201)).toEqual([507, 507]);
      expect(keeper.acknowledged.size).toBeGreaterThan(5);
      expect(await keeper.missing(server.url)).toEqual([]);
      const [first, second] = keeper.acknowledged.keys();
      expect(await keeper.delete(server.url, first ?? '')).toBe(204);
      expect(await keeper.delete(server.url, second ?? '')).toBe(204);
      await keeper.put(server.url, 20_000);
      expect(keeper.statuses.at(-1)).toBe(201);
      expect(await keeper.missing(server.url)).toEqual([]);
      await server.kill();
    },
  );

  test(`a damaged database is never taken for a whole one, ${LONG ? 40 : 4} times`, async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < (LONG ? 40 : 4); round++) {
      const { dataFolder, keeper } = copy(`damaged-${round}`);
      const file = join(dataFolder, 'sealscribe.db');
      expect(existsSync(file)).toBe(true);
      const handle = openSync(file, 'r+');
      // Of one page in five, 64 bytes; the first page, without which it is no database, in every fourth round.
      for (let at = round % 4 === 3 ? 0 : 4096; at < statSync(file).size; at += 4096)
        if (at === 0 || random() < 0.2)
          writeSync(handle, randomBytes(64), 0, 64, at + Math.floor(random() * (4096 - 64)));
      closeSync(handle);
      const server = await startServer({ dataFolder, args }).catch((error: unknown) => {
        expect((error as Error).message, `round ${round}`).toMatch(/database/i);
        return undefined;
      });
      if (!server) continue;
      await useDamaged(server, keeper);
    }
  });

  /** Every answer is an answer, and the process lives; what the server cannot know to be damaged, clients find out: it is sealed. */
  async function useDamaged(server: RunningServer, keeper: Keeper): Promise<void> {
    const headers = { authorization: `Bearer ${keeper.token}` };
    for (const id of before.keys()) {
      const { status } = await call(`${server.url}/v1/blobs/${id}`, { headers });
      expect([200, 401, 404, 500]).toContain(status);
    }
    await keeper.put(server.url, 5000);
    expect([201, 401, 500, 507]).toContain(keeper.statuses.at(-1));
    expect((await call(`${server.url}/health`)).status).toBe(200);
    expect(server.running()).toBe(true);
    await server.kill();
  }
});
