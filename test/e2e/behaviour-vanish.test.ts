// Clients that go away without a word, at every stage of their transcription: the room that their recordings took is free
// again, no decoder is left, the recognisers are there for others, and the memory of the process does not grow with them.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, speech, type ClientOptions } from './behaviour-requests.js';
import { childrenOf, hasProc, residentBytes, until } from './behaviour-processes.js';
import { hasServer, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MIB = 1024 ** 2;
const long = hasServer ? speech({ times: 60 }) : Buffer.alloc(0);
const short = hasServer ? speech({ start: 0, end: 3 }) : Buffer.alloc(0);

describe.skipIf(!hasServer)('a client that vanishes', () => {
  let server: RunningServer;
  let token: string;
  let other: string;
  let idle: number[];
  /** Nothing else fits while one long recording is there. */
  const room = Math.ceil(long.length / MIB) * MIB + 1000;
  beforeAll(async () => {
    server = await startServer({
      args: ['--workers', '1', '--max-upload', String(room), '--max-memory', String(room)],
    });
    token = await newSession(server.url);
    other = await newSession(server.url);
    idle = hasProc ? childrenOf(server.pid) : [];
  });
  afterAll(() => server?.stop());
  const statusForOthers = async () => (await transcribe(server.url, other, speech())).status;

  /** Waits for the stage, sees that the room is taken, leaves, and sees that all is as before. */
  async function vanish(options: ClientOptions, stage: (client: Client) => boolean | Promise<boolean>) {
    let client = new Client(server.url, token, long, options);
    try {
      const there = await until(() => {
        // Room that was not announced may have gone to somebody else in the meantime.
        if (client.status === 429) {
          client.leave();
          client = new Client(server.url, token, long, options);
        }
        return stage(client);
      });
      expect(there).toBe(true);
      expect(await statusForOthers()).toBe(429);
      expect(client.ended).toBe(false);
    } finally {
      client.leave();
    }
    expect(await until(async () => (await statusForOthers()) === 200)).toBe(true);
    if (hasProc) expect(await until(() => String(childrenOf(server.pid)) === String(idle))).toBe(true);
    expect(server.running()).toBe(true);
  }

  test.each([true, false])(
    'while it uploads (length announced: %s) leaves its room free',
    async (announced) => {
      await vanish({ announced, stopAfter: long.length - 1000 }, async (client) => {
        if (!client.sent) return false;
        await wait(1000); // until it has arrived
        return (await statusForOthers()) === 429;
      });
    },
  );

  test('while its recording is decoded', () => vanish({}, (client) => client.saw('decoding')));

  test('while it is transcribed, before the first words', () =>
    vanish({}, (client) => client.saw('transcribing')));

  test('while it reads events', () =>
    vanish({}, (client) => client.events.filter(({ name }) => name === 'segment').length >= 3));

  test('while it waits for an answer in one piece', () =>
    vanish({ events: false }, () => !hasProc || childrenOf(server.pid).length > idle.length));
});

describe.skipIf(!hasServer)('clients that vanish from the queue', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--max-queue', '2'] });
  });
  afterAll(() => server?.stop());

  test('make room for those behind them', async () => {
    const token = await newSession(server.url);
    const running = Array.from({ length: 8 }, () => new Client(server.url, token, long));
    expect(await until(() => running.every((client) => client.saw('decoding')))).toBe(true);
    const waiting = new Client(server.url, token, long);
    expect(await until(() => waiting.saw('waiting'))).toBe(true);
    expect((await transcribe(server.url, token, short)).status).toBe(429);
    waiting.leave();
    const next = new Client(server.url, token, short);
    // The place of the one that left can only be told from its being free: try until it is.
    let admitted = next;
    expect(
      await until(() => {
        if (admitted.status === 429) admitted = new Client(server.url, token, short);
        return admitted.saw('waiting');
      }),
    ).toBe(true);
    expect(admitted.ended).toBe(false);
    for (const client of running) client.leave();
    expect(await until(() => admitted.events.some(({ name }) => name === 'result'))).toBe(true);
  });
});

describe.skipIf(!hasServer || !hasProc)('the memory of the process', () => {
  const ROUNDS = 10;
  const recording = hasServer ? Buffer.concat([speech(), Buffer.alloc(32 * MIB)]) : Buffer.alloc(0);

  test(`does not keep ${ROUNDS} recordings of 32 MiB whose clients left`, async () => {
    const server = await startServer({ args: ['--workers', '1'] });
    try {
      const token = await newSession(server.url);
      const round = async (i: number) => {
        const stay = i % 2 === 0 ? { stopAfter: recording.length - 10 } : {};
        const client = new Client(server.url, token, recording, stay);
        await until(() => (i % 2 === 0 ? client.sent : client.saw('decoding')));
        await wait(300);
        client.leave();
        // A request of somebody else, so that the server has had time to notice.
        expect((await transcribe(server.url, token, short)).status).toBe(200);
      };
      for (let i = 0; i < 3; i++) await round(i);
      const before = residentBytes(server.pid);
      for (let i = 0; i < ROUNDS; i++) await round(i);
      // Less than four of them: what the allocator and the garbage collector have not given back yet.
      let after = 0;
      const back = await until(async () => {
        after = residentBytes(server.pid);
        if (after < before + 4 * recording.length) return true;
        await transcribe(server.url, token, short);
        return false;
      }, 60_000);
      process.stdout.write(
        `server: ${Math.round(before / MIB)} MiB after 3 lost recordings of 32 MiB, ${Math.round(after / MIB)} MiB after ${ROUNDS} more\n`,
      );
      expect(back).toBe(true);
    } finally {
      await server.stop();
    }
  });
});
