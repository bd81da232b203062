// Live streams as a client of any make sees them: the dialects with a real recording, promises that are kept, several streams at
// once, tokens, and what is refused before a stream is open.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { segmentSchema, sessionTextSchema, streamMessageSchema } from '@sealscribe/protocol';
import { countWordErrors } from '../fixtures/wer.js';
import { call, hasServer, JFK_TEXT, newSession } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { jfkSamples, newStreamToken, refusedUpgrade, Stream } from './stream-requests.js';

const errors = (text: string) => countWordErrors(JFK_TEXT, text).errors;

describe.skipIf(!hasServer)('live streams', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '2', '--max-streams', '8'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('tell the whole text each time to a client that begins with a config frame', async () => {
    const stream = new Stream(server.url, { token });
    await stream.opened;
    stream.send(JSON.stringify({ language: 'en', sample_rate: 16000, format: 'pcm' }));
    expect(await stream.until(() => true)).toEqual({ status: 'ready' });
    await stream.speak(jfkSamples, 1);
    stream.send('{"action":"stop"}');
    expect(await stream.closed).toEqual({ code: 1000, reason: '' });
    const told = stream.messages.slice(1).map((message) => sessionTextSchema.parse(message));
    for (const [i, { text }] of told.entries()) {
      const before = told[i - 1]?.text ?? '';
      expect(text.slice(0, before.length)).toBe(before);
    }
    expect(told.filter(({ is_final }) => is_final)).toEqual([told.at(-1)]);
    expect(told.at(-1)?.partial).toBe('');
    expect(errors(told.at(-1)?.text ?? '')).toBeLessThanOrEqual(4);
    expect(told.some(({ partial }) => partial !== '')).toBe(true);
  });

  test('tell what is new to a client that begins with a query string, and keep their word', async () => {
    const stream = new Stream(server.url, {
      query: { token: await newStreamToken(server.url, token), language: 'en' },
    });
    await stream.opened;
    await stream.speak(jfkSamples, 1);
    stream.send(new Uint8Array(0));
    expect(await stream.closed).toEqual({ code: 1000, reason: '' });
    const told = stream.messages.map((message) => streamMessageSchema.parse(message));
    const partials = told.filter((message) => message.type === 'partial');
    expect(partials.length).toBeGreaterThan(1);
    const last = told.at(-1);
    expect(last).toMatchObject({ type: 'final', final: true, language: 'en', model: 'moonshine-tiny-en' });
    expect(stream.texts('transcript').join(' ')).toBe(last?.text);
    expect(errors(last?.text ?? '')).toBeLessThanOrEqual(4);
    let open: string[] = [];
    for (const message of told) {
      if (message.type === 'partial') open.push(message.stable);
      if (message.type !== 'transcript') continue;
      for (const stable of open)
        expect(message.text.slice(0, stable.length)).toBe(stable.slice(0, message.text.length));
      open = [];
      const { type: _type, final: _final, ...segment } = message;
      expect(segmentSchema.parse(segment)).toEqual(segment);
    }
  });

  test('end with {final: true} after an empty frame, without any wishes at all', async () => {
    const stream = new Stream(server.url, { token });
    await stream.opened;
    await stream.speak(jfkSamples.subarray(0, 4 * 32_000));
    stream.send(new Uint8Array(0));
    await stream.closed;
    expect(stream.messages.at(-1)).toMatchObject({ final: true, duration: 4 });
    expect(stream.messages.slice(0, -1).every((message) => message['final'] === false)).toBe(true);
  });

  test('give each of six at once its own text', async () => {
    const second = 32_000;
    const pieces = [
      [0, 2.8, 'fellow'],
      [3, 5, 'not'],
      [5.2, 7.9, 'country'],
    ] as const;
    const streams = [...pieces, ...pieces].map(([from, to, word]) => ({
      stream: new Stream(server.url, { token }),
      samples: jfkSamples.subarray(from * second, to * second),
      word,
    }));
    await Promise.all(
      streams.map(async ({ stream, samples }) => {
        await stream.opened;
        await stream.speak(samples, 1);
        stream.send('{"action":"stop"}');
        await stream.closed;
      }),
    );
    const texts = streams.map(({ stream }) => (stream.messages.at(-1)?.text ?? '').toLowerCase());
    for (const [i, text] of texts.entries()) {
      expect(streams[i]?.stream.messages.at(-1)).toMatchObject({ final: true });
      expect(text).toContain(streams[i]?.word);
      const others = pieces.map(([, , word]) => word).filter((word) => word !== streams[i]?.word);
      expect(others.filter((word) => text.includes(word))).toEqual([]);
    }
  });

  test('take in a recording faster than it was spoken, all of it', async () => {
    const stream = new Stream(server.url, { token });
    await stream.opened;
    const times = 6;
    for (let i = 0; i < times; i++) await stream.speak(jfkSamples);
    stream.send(new Uint8Array(0));
    expect(await stream.closed).toMatchObject({ code: 1000 });
    const last = stream.messages.at(-1);
    expect(last).toMatchObject({
      final: true,
      duration: expect.closeTo((times * jfkSamples.length) / 32_000, 1),
    });
    const spoken = Array.from({ length: times }, () => JFK_TEXT).join(' ');
    expect(countWordErrors(spoken, last?.text ?? '').errors).toBeLessThan(times * 5);
  });

  test('open once with a token of their own, and with a session in the header or the query', async () => {
    const once = await newStreamToken(server.url, token);
    for (const query of [{ token: once }, { token }]) {
      const stream = new Stream(server.url, { query });
      await stream.opened;
      stream.send('{"action":"stop"}');
      expect(await stream.closed).toMatchObject({ code: 1000 });
      expect(stream.messages).toEqual([{ text: '', partial: '', is_final: true }]);
    }
    const again = await refusedUpgrade(server.url, `/v1/stream?token=${once}`, {});
    expect(again).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test('are refused with a status before they are open', async () => {
    const signedIn = { authorization: `Bearer ${token}` };
    const refused = async (path: string, headers: Record<string, string>) => {
      const { status, code } = await refusedUpgrade(server.url, path, headers);
      return `${status} ${code}`;
    };
    expect(await refused('/v1/stream', {})).toBe('401 unauthorized');
    expect(await refused(`/v1/stream?token=${'A'.repeat(43)}`, {})).toBe('401 unauthorized');
    expect(await refused('/v1/stream?model=no-such', signedIn)).toBe('404 model_not_found');
    expect(await refused('/v1/stream?language=de', signedIn)).toBe('422 language_not_supported');
    expect(await refused('/v1/stream', { ...signedIn, origin: 'https://elsewhere.example' })).toBe(
      '403 forbidden',
    );
    const plain = await call(`${server.url}/v1/stream`, { headers: signedIn });
    expect(plain).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    const tokens = (headers: Record<string, string>, body = '{}') =>
      call(`${server.url}/v1/stream-tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: Buffer.from(body),
      });
    expect((await tokens({})).status).toBe(401);
    expect((await tokens(signedIn, '{"language":"de"}')).json).toMatchObject({
      code: 'language_not_supported',
    });
    expect(server.stderr()).not.toContain(token);
  });
});
