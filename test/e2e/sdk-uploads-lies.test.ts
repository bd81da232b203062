// A server that lies about a recording in parts: each lie ends in a clear error after a bounded number of requests, and the same
// client transcribes the same recording once the server is honest.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, type Platform, type Transcript } from '@sealscribe/sdk-core';
import {
  startLyingServer,
  type Answered,
  type Asked,
  type Lie,
  type LyingServer,
} from './sdk-lying-server.js';
import { hasServer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { paddedSpeech } from './upload-requests.js';

/** Node's own fetch, and a clock on which waiting takes no time. */
const platform: Platform = {
  fetch: (url, { body, ...request }) =>
    fetch(url, { ...request, body: body as never, duplex: 'half' } as RequestInit),
  streamsUploads: true,
  openAudio: () => Promise.reject(new TypeError('not in these tests')),
  openSocket: () => {
    throw new TypeError('not in these tests');
  },
  sleep: async (_, signal) => signal?.throwIfAborted(),
  random: () => 0.5,
  now: Date.now,
};

const KIB = 1024;
const data = hasServer ? paddedSpeech(2560 * KIB) : new Uint8Array();
/** Where the first part ends: what is confirmed when the second is broken. */
const FIRST = 512 * KIB;
const SECOND = FIRST + 1024 * KIB;

const nothing = Buffer.alloc(0);
const badGateway: Answered = { status: 502, headers: {}, body: nothing };

/** Passes on so many bytes of a part, and says nothing of it: a connection that broke, as the client sees it. */
async function breakAfter(
  bytes: number,
  asked: Asked,
  ask: (asked: Asked) => Promise<Answered>,
): Promise<Answered> {
  const body = asked.body.subarray(0, bytes);
  await ask({ ...asked, body, headers: { ...asked.headers, 'content-length': String(body.length) } });
  return badGateway;
}

/** The honest answer with another header; without it when the value is undefined. */
const withHeader = async (
  name: string,
  value: string | undefined,
  honest: Promise<Answered>,
): Promise<Answered> => {
  const { headers, ...rest } = await honest;
  return { ...rest, headers: { ...headers, [name]: value } };
};

/** Breaks the second part in its middle, and then says this of the upload. */
const saying = (header: 'upload-offset' | 'upload-length', value: string | undefined): Lie => {
  let parts = 0;
  return (asked, ask) => {
    if (asked.method === 'PATCH' && parts++ === 1) return breakAfter(1000, asked, ask);
    return asked.method === 'HEAD' ? withHeader(header, value, ask(asked)) : undefined;
  };
};

/** Answers parts with this offset. */
const confirming =
  (offset: (honest: number) => string | undefined): Lie =>
  async (asked, ask) => {
    if (asked.method !== 'PATCH') return undefined;
    const honest = await ask(asked);
    return withHeader(
      'upload-offset',
      offset(Number(honest.headers['upload-offset'])),
      Promise.resolve(honest),
    );
  };

const bad = 'SealscribeError bad_answer';

/** What the server does, what the client says to it, and how many parts it sends at most. */
const cases: [does: string, lie: () => Lie, says: string, parts: number][] = [
  ['has lost what it confirmed', () => saying('upload-offset', String(FIRST - 1)), bad, 2],
  ['has more than was sent', () => saying('upload-offset', String(SECOND + 1)), bad, 2],
  ['has more than there is', () => saying('upload-offset', String(data.length + 1)), bad, 2],
  ['has a number of bytes that is none', () => saying('upload-offset', '1e6'), bad, 2],
  ['does not say how much it has', () => saying('upload-offset', undefined), bad, 2],
  ['waits for another length', () => saying('upload-length', String(data.length - 1)), bad, 2],
  ['confirms less than was sent', () => confirming((honest) => String(honest - 1)), bad, 1],
  ['confirms more than was sent', () => confirming((honest) => String(honest + 1)), bad, 1],
  ['confirms the whole at once', () => confirming(() => String(data.length)), bad, 1],
  ['confirms nothing of a part', () => confirming(() => '0'), bad, 1],
  ['confirms without a number', () => confirming(() => undefined), bad, 1],
  [
    'sends the parts elsewhere',
    () => async (asked, ask) =>
      asked.path === '/v1/uploads'
        ? withHeader('location', 'https://evil.example/collect', ask(asked))
        : undefined,
    bad,
    0,
  ],
  [
    'takes no byte, for ever',
    () => (asked) => (asked.method === 'PATCH' ? badGateway : undefined),
    'ApiError unknown',
    4,
  ],
  [
    'takes a byte of each part, for ever',
    () => (asked, ask) => (asked.method === 'PATCH' ? breakAfter(1, asked, ask) : undefined),
    'ApiError unknown',
    4,
  ],
  [
    'calls every offset wrong, for ever',
    () => (asked, ask) =>
      asked.method === 'PATCH'
        ? ask({ ...asked, headers: { ...asked.headers, 'upload-offset': String(data.length) } })
        : undefined,
    'ApiError conflict',
    4,
  ],
  [
    'drops every upload when it is whole',
    () => (asked) =>
      asked.path === '/v1/transcribe' ? { status: 404, headers: {}, body: nothing } : undefined,
    'ApiError unknown',
    9,
  ],
];

describe.skipIf(!hasServer)('a server that', () => {
  let server: RunningServer;
  let liar: LyingServer;
  let client: Sealscribe;
  let expected: Transcript;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    liar = await startLyingServer(server.url);
    client = new Sealscribe({ server: liar.url, retries: 1 }, platform);
    await client.signUp({ email: 'sender@example.com', password: 'correct horse battery staple' });
    expected = await client.transcribe({ data });
  });
  afterAll(async () => {
    await client?.close();
    await liar?.stop();
    await server?.stop();
  });

  test.each(cases)('%s', async (_, lie, says, parts) => {
    liar.lie = lie();
    liar.asked = [];
    const failure = (await client.transcribe({ data }).catch((error: unknown) => error)) as Error & {
      code: string;
    };
    expect(`${failure.name} ${failure.code}`).toBe(says);
    expect(liar.asked.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(parts);
    liar.lie = undefined;
    expect(await client.transcribe({ data })).toEqual(expected);
  });

  test('breaks and tells the truth is no liar: what it has is believed, and the rest is sent', async () => {
    for (const kept of [0, 1, 1000, 1024 * KIB]) {
      let parts = 0;
      liar.lie = (asked, ask) =>
        asked.method === 'PATCH' && parts++ === 1 ? breakAfter(kept, asked, ask) : undefined;
      liar.asked = [];
      expect(await client.transcribe({ data })).toEqual(expected);
      const third = liar.asked.filter(({ method }) => method === 'PATCH')[2];
      expect(third?.headers['upload-offset']).toBe(String(FIRST + kept));
    }
  });
});
