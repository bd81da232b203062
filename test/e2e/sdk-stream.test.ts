// Live streams through the SDK for Node: over a pinned certificate, with its events, its backpressure and its errors.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiError,
  Sealscribe,
  type Segment,
  type StreamEvent,
  type StreamPartial,
} from '@sealscribe/sdk-node';
import { countWordErrors } from '../fixtures/wer.js';
import { hasServer, JFK, JFK_TEXT } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const samples = hasServer ? readFileSync(JFK).subarray(44) : Buffer.alloc(0);
const someone = () => ({
  email: `${Math.random().toString(36).slice(2)}@example.com`,
  password: 'only for this test',
});

describe.skipIf(!hasServer)('live streams of the SDK', () => {
  let server: RunningServer;
  let client: Sealscribe;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--max-streams', '1'] });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
    await client.signUp(someone());
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  test('give a transcript, and tell of it on the way', async () => {
    const partials: StreamPartial[] = [];
    const segments: Segment[] = [];
    const stream = await client.stream({
      language: 'en',
      onPartial: (partial) => partials.push(partial),
      onSegment: (segment) => segments.push(segment),
    });
    const events: StreamEvent[] = [];
    const iterated = (async () => {
      for await (const event of stream) events.push(event);
    })();
    // In pieces of any size: half samples are kept for the next.
    for (let at = 0; at < samples.length; at += 4321) await stream.write(samples.subarray(at, at + 4321));
    const transcript = await stream.finish();
    await iterated;
    expect(countWordErrors(JFK_TEXT, transcript.text).errors).toBeLessThanOrEqual(4);
    expect(transcript.segments).toEqual(segments);
    expect(transcript).toMatchObject({ language: 'en', model: 'moonshine-tiny-en', speakers: [] });
    expect(events.flatMap((event) => (event.type === 'segment' ? [event.segment] : []))).toEqual(segments);
    expect(partials.every(({ text, stable }) => text.startsWith(stable))).toBe(true);
    await expect(stream.write(new Int16Array(10))).rejects.toThrow(TypeError);
  });

  test('take Int16Array too, and wait while there is no room', async () => {
    const stream = await client.stream();
    const words = new Int16Array(
      samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.length),
    );
    for (let i = 0; i < 3; i++) await stream.write(words);
    expect((await stream.finish()).duration).toBeCloseTo((3 * words.length) / 16_000, 2);
  });

  test('say why they are refused', async () => {
    const refusal = (options: { language?: string; model?: string }) =>
      client.stream(options).then(
        () => undefined,
        (error: unknown) => (error instanceof ApiError ? `${error.status} ${error.code}` : String(error)),
      );
    expect(await refusal({ language: 'de' })).toBe('422 language_not_supported');
    expect(await refusal({ model: 'no-such' })).toBe('404 model_not_found');
    const open = await client.stream();
    expect(await refusal({})).toBe('429 busy');
    await open.finish();
  });

  test('end at once when aborted, with the reason, and free their place', async () => {
    const controller = new AbortController();
    const stream = await client.stream({ signal: controller.signal });
    await stream.write(samples.subarray(0, 64_000));
    controller.abort();
    await expect(stream.finish()).rejects.toMatchObject({ name: 'AbortError' });
    await expect(stream.write(samples)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.stream({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await expect
      .poll(async () => (await client.stream()).finish(), { timeout: 10_000 })
      .toMatchObject({ text: '' });
  });

  test('go to the pinned server alone', async () => {
    const other = new Sealscribe({
      server: server.url,
      fingerprint: 'ab'.repeat(32),
      session: client.session!,
      retries: 0,
    });
    await expect(other.stream()).rejects.toMatchObject({ code: 'certificate_mismatch' });
    await other.close();
  });

  test('fail when the server is gone', async () => {
    const dying = await startServer({ args: ['--workers', '1'] });
    const lost = new Sealscribe({ server: dying.url, fingerprint: dying.fingerprint, retries: 0 });
    await lost.signUp(someone());
    const stream = await lost.stream();
    await dying.kill();
    await expect(stream.finish()).rejects.toMatchObject({ code: 'connection_failed' });
    await lost.close();
  });
});
