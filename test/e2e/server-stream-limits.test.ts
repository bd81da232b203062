// What a live stream does to frames that are none, to too many streams, to clients that vanish, stall or do not read: a clear
// message and close code each time, and a server that goes on as if nothing had been.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProc, residentBytes, until } from './behaviour-processes.js';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { jfkSamples, newStreamToken, refusedUpgrade, Stream } from './stream-requests.js';

const MIB = 1024 ** 2;

describe.skipIf(!hasServer)('limits of live streams', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    const args = ['--workers', '1', '--max-streams', '2', '--stream-idle', '3', '--max-duration', '20'];
    server = await startServer({ args });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());
  const open = async () => {
    const stream = new Stream(server.url, { token });
    await stream.opened;
    return stream;
  };

  /** A place is free a moment after its stream's client has seen the end. */
  const openSoon = async () => {
    let stream: Stream | undefined;
    await until(async () => (stream = await open().catch(() => undefined)) !== undefined);
    return stream;
  };

  test.each<[string, (string | Uint8Array)[], number, RegExp]>([
    ['text that is no JSON', ['hello'], 1007, /first frame/],
    ['JSON that is no config', ['[1, 2]'], 1007, /first frame/],
    ['a rate that is not taken', ['{"sample_rate": 8000}'], 1007, /sample_rate/],
    ['text where samples are expected', [new Uint8Array(3200), '{"language":"en"}'], 1003, /binary/],
    ['an odd number of bytes', [new Uint8Array(3201)], 1007, /odd/],
    ['a frame that is too large', [new Uint8Array(300 * 1024)], 1009, /at most 262144/],
  ])('%s: a message, then the close', async (_what, frames, code, message) => {
    const stream = await open();
    for (const frame of frames) stream.send(frame);
    expect(await stream.closed).toMatchObject({ code, reason: expect.stringMatching(message) });
    expect(stream.messages.at(-1)).toEqual({
      error: expect.stringMatching(message),
      code: 'bad_request',
      requestId: expect.any(String),
    });
  });

  test('wishes that cannot be met, in a config frame', async () => {
    const stream = await open();
    stream.send('{"model": "no-such-model", "language": "pt"}');
    expect(await stream.closed).toMatchObject({ code: 1008 });
    expect(stream.messages).toMatchObject([{ code: 'model_not_found' }]);
  });

  test('a frame too large even to be read closes with 1009', async () => {
    const stream = await open();
    stream.send(new Uint8Array(2 * MIB));
    expect((await stream.closed).code).toBe(1009);
  });

  test('more streams than there are places are refused with 429, and come in when one has ended', async () => {
    const other = await newSession(server.url);
    const streams = [await openSoon(), await openSoon()];
    for (const headers of [token, other].map((each) => ({ authorization: `Bearer ${each}` }))) {
      const refused = await refusedUpgrade(server.url, '/v1/stream', headers);
      expect(refused).toMatchObject({
        status: 429,
        code: 'busy',
        retryAfter: expect.stringMatching(/^\d+$/),
      });
    }
    await expect(newStreamToken(server.url, other)).rejects.toThrow('429');
    streams[0]?.send('{"action":"stop"}');
    await streams[0]?.closed;
    const next = await openSoon();
    for (const stream of [next, streams[1]]) stream?.socket.close();
    expect(await until(async () => (await newStreamToken(server.url, other).catch(() => '')) !== '')).toBe(
      true,
    );
  });

  test('a stream in which nothing comes is ended, with what was said so far', async () => {
    const stream = await open();
    await stream.speak(jfkSamples.subarray(0, 3 * 32_000));
    expect(await stream.closed).toEqual({ code: 1008, reason: 'No audio came for 3 s.' });
    expect(stream.messages.at(-1)).toMatchObject({ final: true, text: expect.stringMatching(/americans/i) });
  });

  test('a stream that is too long is ended, with what was said so far', async () => {
    const stream = await open();
    await stream.speak(jfkSamples);
    await stream.speak(jfkSamples);
    expect(await stream.closed).toMatchObject({ code: 1008, reason: 'A stream is at most 20 s long.' });
    expect(stream.messages.at(-1)).toMatchObject({
      final: true,
      text: expect.stringMatching(/country.*country/i),
    });
  });

  test.skipIf(!hasProc)('clients that vanish leave nothing behind, and the others are served', async () => {
    const round = async () => {
      const stream = await open();
      await stream.speak(jfkSamples);
      stream.socket.close();
      await stream.closed;
    };
    for (let i = 0; i < 5; i++) await round();
    const before = residentBytes(server.pid);
    for (let i = 0; i < 15; i++) await round();
    expect((await transcribe(server.url, token, readFileSync(JFK))).status).toBe(200);
    const back = await until(() => residentBytes(server.pid) < before + 40 * MIB, 10_000);
    expect(back).toBe(true);
    expect(server.running()).toBe(true);
    expect(server.stderr()).not.toMatch(/"level":(50|60)/);
  });

  test('a server that stops lets streams say their last words', async () => {
    const stopping = await startServer({ args: ['--workers', '1'] });
    const stream = new Stream(stopping.url, { token: await newSession(stopping.url) });
    await stream.opened;
    await stream.speak(jfkSamples.subarray(0, 3 * 32_000));
    await wait(500);
    const stopped = stopping.stop();
    expect(await stream.closed).toMatchObject({ code: 1001 });
    expect(stream.messages.at(-1)).toMatchObject({ final: true, text: expect.stringMatching(/americans/i) });
    expect(await stopped).toMatchObject({ code: 0 });
  });
});
