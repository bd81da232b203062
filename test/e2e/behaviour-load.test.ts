// Many clients at once: each gets its own answer, short recordings do not wait for long ones, a full server says when to come
// back and is free again afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, speech } from './behaviour-requests.js';
import { until } from './behaviour-processes.js';
import { hasServer, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const ten = (what: (i: number) => Promise<string>) =>
  Promise.all(Array.from({ length: 10 }, (_, i) => what(i)));

describe.skipIf(!hasServer)('many at once', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '2'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('50 different recordings sent together get the answers that they get one by one', async () => {
    // Pieces of one to six seconds, no two alike.
    const clips = Array.from({ length: 50 }, (_, i) => {
      const start = (i % 10) * 0.83;
      return speech({ start, end: Math.min(11, start + 1.5 + Math.floor(i / 10) + i / 100) });
    });
    const strangers = await ten(() => newSession(server.url));
    const together = await Promise.all(
      clips.map((clip, i) => transcribe(server.url, i % 2 ? token : (strangers[i % 10] ?? ''), clip)),
    );
    expect(together.map(({ status }) => status)).toEqual(clips.map(() => 200));
    expect(new Set(together.map(({ json }) => JSON.stringify(json))).size).toBeGreaterThan(45);
    for (const [i, clip] of clips.entries()) {
      const { json } = await transcribe(server.url, token, clip);
      expect(together[i]?.json, `clip ${i}`).toEqual(json);
    }
  });

  test('twenty short recordings are done before a long one that came first is half done', async () => {
    const long = new Client(server.url, token, speech({ times: 100 }));
    expect(await until(() => long.events.some(({ name }) => name === 'segment'))).toBe(true);
    const before = long.fraction;
    // One account may run only so many at once; these are other people.
    const strangers = await ten(() => newSession(server.url));
    const answers = await Promise.all(
      [0, 1].flatMap(() =>
        strangers.map((other) => transcribe(server.url, other, speech({ start: 0, end: 3 }))),
      ),
    );
    for (const { status, json } of answers) {
      expect(status).toBe(200);
      expect(json.text).toMatch(/fellow.americans/i);
    }
    expect(long.ended).toBe(false);
    expect(long.fraction).toBeLessThan(before + 0.5);
    // It was not starved either.
    const after = long.fraction;
    expect(await until(() => long.fraction > after)).toBe(true);
    long.leave();
  });
});

describe.skipIf(!hasServer)('a full server', () => {
  let server: RunningServer;
  let tokens: string[];
  beforeAll(async () => {
    // Sixteen places for one recogniser, and two to wait in.
    server = await startServer({ args: ['--workers', '1', '--max-queue', '2'] });
    tokens = await Promise.all([1, 2, 3, 4].map(() => newSession(server.url)));
  });
  afterAll(() => server?.stop());
  const long = speech({ times: 25 });
  const start = (token = '') => new Client(server.url, token, long);
  const busy = {
    status: 429,
    json: { code: 'busy', error: expect.any(String), requestId: expect.any(String) },
  };

  test('says 429 and when to come back, first to who has half of it, then to all, until places are free', async () => {
    const [first, second, third, late = ''] = tokens;
    const clients = Array.from({ length: 9 }, () => start(first));
    const admitted = () => clients.filter((client) => client.saw('decoding') || client.saw('waiting')).length;
    expect(await until(() => admitted() === 9)).toBe(true);
    const greedy = await transcribe(server.url, first ?? '', speech());
    expect(greedy).toMatchObject(busy);
    expect(Number(greedy.headers['retry-after'])).toBeGreaterThan(0);
    // The ninth of one account waits, though there are places: half of them are for others.
    expect(clients.filter((client) => client.saw('waiting') && !client.saw('decoding'))).toHaveLength(1);

    clients.push(...Array.from({ length: 8 }, () => start(second)), start(third));
    expect(await until(() => admitted() === 18)).toBe(true);
    const refused = await transcribe(server.url, late, speech());
    expect(refused).toMatchObject(busy);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const http = await transcribe(server.url, late, speech(), { headers: { accept: 'text/event-stream' } });
    expect(http).toMatchObject(busy);

    for (const client of clients) client.leave();
    expect(await until(async () => (await transcribe(server.url, late, speech())).status === 200)).toBe(true);
    // All places are free again, not only one.
    const again = await Promise.all(tokens.map((token) => transcribe(server.url, token, speech())));
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});
