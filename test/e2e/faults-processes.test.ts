// What a server does when its parts are ended under it, when there is no memory for them, when the clock jumps, and when far too many
// come at once: everybody gets their own answer or an error that says so, nobody gets another's, and afterwards it answers as before.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { childrenOf, childrenRunning, hasProc, residentBytes, until } from './behaviour-processes.js';
import { Client, speech } from './behaviour-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, hasServer, newSession, transcribe, type Answer } from './server-requests.js';

const LONG = process.env['SEALSCRIBE_LONG'] === '1';
/** Errors that a server may answer with when a part of it was ended. */
const CODES = [
  'recognizer_failed',
  'overloaded',
  'internal_error',
  'unavailable',
  'too_many_jobs',
  'rate_limited',
];

/** Seven pieces of the recording; no two have the same words. */
const PIECES = Array.from({ length: 7 }, (_, i) => speech({ start: i * 1.2, end: i * 1.2 + 3 }));

const textOf = (answer: Answer | undefined) => (answer?.json as { text?: string } | undefined)?.text;

async function textsOf(server: RunningServer, token: string): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (const piece of PIECES) texts.push(textOf(await transcribe(server.url, token, piece)));
  return texts;
}

describe.skipIf(!hasServer || !hasProc)('a server whose parts fail', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  const started = async (options: Parameters<typeof startServer>[0] = {}) => {
    const server = await startServer(options);
    stops.push(() => (server.running() ? server.stop() : Promise.resolve()));
    return server;
  };

  test(
    'recognisers and decoders are killed again and again: right texts or errors, then all as before',
    async () => {
      const server = await started();
      const token = await newSession(server.url);
      const before = await textsOf(server, token);
      expect(new Set(before).size).toBe(PIECES.length);

      let killed = 0;
      let over = false;
      const killing = (async () => {
        while (!over) {
          await wait(150 + 250 * (killed % 3));
          const victims = [
            ...childrenRunning(server.pid, 'decoder-process'),
            ...childrenRunning(server.pid, 'recognizer-process'),
          ];
          const victim = victims[killed % victims.length];
          if (victim === undefined) continue;
          process.kill(victim, 'SIGKILL');
          killed++;
        }
      })();
      const strangers = await Promise.all(PIECES.map(() => newSession(server.url)));
      const outcomes: string[] = [];
      for (let round = 0; round < (LONG ? 20 : 2); round++)
        await Promise.all(
          PIECES.map(async (piece, i) => {
            const answer = await transcribe(server.url, strangers[i] ?? '', piece);
            if (answer.status === 200) expect(textOf(answer)).toBe(before[i]);
            else expect(CODES).toContain(answer.json.code);
            outcomes.push(answer.status === 200 ? 'text' : (answer.json.code as string));
          }),
        );
      over = true;
      await killing;
      expect(killed).toBeGreaterThan(1);
      expect(outcomes).toHaveLength(PIECES.length * (LONG ? 20 : 2));
      expect(
        await until(async () => textOf(await transcribe(server.url, token, PIECES[0])) === before[0]),
      ).toBe(true);
      expect(await textsOf(server, token)).toEqual(before);
    },
    LONG ? 3_600_000 : 300_000,
  );

  test('a server that is killed in the middle of a job: no half answer, and the next one does the job', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-faults-'));
    stops.push(async () => rmSync(dataFolder, { recursive: true, force: true }));
    const server = await started({ dataFolder });
    const token = await newSession(server.url);
    const job = new Client(server.url, token, speech({ times: 60 }));
    expect(await until(() => job.fraction > 0)).toBe(true);
    const plain = transcribe(server.url, token, speech({ times: 60 })).catch((error: Error) => error);
    await wait(300);
    await server.kill();
    expect(await until(() => job.ended)).toBe(true);
    expect(job.events.some(({ name }) => name === 'result')).toBe(false);
    expect(await plain).toBeInstanceOf(Error);
    const next = await started({ dataFolder });
    expect(textOf(await transcribe(next.url, token, speech()))).toMatch(/ask not what your country/);
  });

  // Versions 1 and 2 of control groups name the same things differently.
  const group = existsSync('/sys/fs/cgroup/memory')
    ? '/sys/fs/cgroup/memory/sealscribe-test'
    : '/sys/fs/cgroup/sealscribe-test';
  const limitFile = existsSync('/sys/fs/cgroup/memory') ? 'memory.limit_in_bytes' : 'memory.max';
  const hasGroups = (() => {
    try {
      mkdirSync(group, { recursive: true });
      return existsSync(join(group, limitFile));
    } catch {
      return false;
    }
  })();
  test.skipIf(!hasGroups)(
    'no memory for a recording: an error, nothing acknowledged is lost, and the server lives',
    async () => {
      const server = await started({ args: ['--workers', '1'] });
      const token = await newSession(server.url);
      const id = Buffer.from(Array.from({ length: 16 }, (_, i) => i)).toString('base64url');
      const headers = {
        authorization: `Bearer ${token}`,
        'if-none-match': '*',
        'content-type': 'application/octet-stream',
      };
      const stored = await call(`${server.url}/v1/blobs/${id}`, {
        method: 'PUT',
        headers,
        body: Buffer.alloc(5000, 7),
      });
      expect(stored.status).toBe(201);
      const [recogniser] = childrenRunning(server.pid, 'recognizer-process');
      expect(recogniser).toBeDefined();
      try {
        // The recogniser alone is in the group, with less than it holds already: the next thing it does is its last.
        writeFileSync(join(group, 'cgroup.procs'), String(recogniser));
        writeFileSync(join(group, limitFile), String(8 * 2 ** 20));
      } catch {
        // A limit that cannot be reached by pushing pages out is refused at once; the next allocation meets it all the same.
      }
      const answer = await transcribe(server.url, token, speech({ times: 3 }));
      if (answer.status !== 200) expect(CODES).toContain(answer.json.code);
      expect(
        await until(() => !childrenRunning(server.pid, 'recognizer-process').includes(recogniser ?? 0)),
      ).toBe(true);
      expect(await until(async () => (await transcribe(server.url, token, speech())).status === 200)).toBe(
        true,
      );
      expect(
        (await call(`${server.url}/v1/blobs/${id}`, { headers: { authorization: `Bearer ${token}` } }))
          .status,
      ).toBe(200);
      await until(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '');
      rmdirSync(group);
    },
  );

  // Preloaded here and not by its own command, which would pin the time that the file is to change.
  const faketime = readdirSync('/usr/lib')
    .map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`)
    .find(existsSync);
  test.skipIf(faketime === undefined)(
    'the clock jumps a year ahead and back: sessions end by it, nothing else is confused',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sealscribe-clock-'));
      stops.push(async () => rmSync(folder, { recursive: true, force: true }));
      const clock = join(folder, 'clock');
      writeFileSync(clock, '+0d\n');
      const env = {
        LD_PRELOAD: faketime,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const server = await started({ env, args: ['--workers', '1'] });
      const token = await newSession(server.url);
      const me = () =>
        call(`${server.url}/v1/account/keys`, { headers: { authorization: `Bearer ${token}` } });
      expect((await me()).status).toBe(200);
      const job = new Client(server.url, token, speech({ times: 20 }));
      expect(await until(() => job.fraction > 0)).toBe(true);
      writeFileSync(clock, '+366d\n');
      expect(await until(() => job.events.some(({ name }) => name === 'result'))).toBe(true);
      expect((await me()).status).toBe(401);
      const later = await newSession(server.url);
      expect((await transcribe(server.url, later, PIECES[0])).status).toBe(200);
      writeFileSync(clock, '-2d\n');
      expect((await transcribe(server.url, later, PIECES[0])).status).toBe(200);
      const earlier = await newSession(server.url);
      expect((await transcribe(server.url, earlier, PIECES[0])).status).toBe(200);
    },
  );

  test(`${LONG ? 200 : 40} clients at once for ${LONG ? 60 : 6} seconds: nobody gets another's words, and all is as before`, async () => {
    const server = await started();
    const token = await newSession(server.url);
    const before = await textsOf(server, token);
    const people = await Promise.all(Array.from({ length: 10 }, () => newSession(server.url)));
    const memory = () =>
      [server.pid, ...childrenOf(server.pid)].reduce((sum, pid) => sum + residentBytes(pid), 0);
    const idle = memory();
    const counts = { answered: 0, refused: 0 };
    const end = Date.now() + (LONG ? 60_000 : 6_000);
    await Promise.all(
      Array.from({ length: LONG ? 200 : 40 }, async (_, client) => {
        for (let i = client; Date.now() < end; i++) {
          const answer = await transcribe(server.url, people[client % 10] ?? '', PIECES[i % 7]);
          if (answer.status === 200) {
            expect(textOf(answer)).toBe(before[i % 7]);
            counts.answered++;
          } else {
            expect([429, 503]).toContain(answer.status);
            expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
            counts.refused++;
            await wait(200);
          }
        }
      }),
    );
    expect(counts.answered).toBeGreaterThan(5);
    await wait(10_000);
    expect(await textsOf(server, token)).toEqual(before);
    expect(await until(() => memory() < idle + 150 * 2 ** 20)).toBe(true);
  });
});
