/** From a recording to a transcript through the SDK, with the real model on a real server. */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, type ApiError, type Progress, type Segment } from '@sealscribe/sdk-node';
import { startServer, type RunningServer } from './server-process.js';

const samples = new URL('../../node_modules/nodejs-whisper/cpp/whisper.cpp/', import.meta.url);
const wav = fileURLToPath(new URL('bindings/go/samples/jfk.wav', samples));
const mp3 = fileURLToPath(new URL('samples/jfk.mp3', samples));
const spoken =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';
const words = (text: string) => text.toLowerCase().replace(/[^a-z ]/g, '');

let server: RunningServer;
let client: Sealscribe;
beforeAll(async () => {
  server = await startServer();
  client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  await client.signUp({ email: 'speaker@example.com', password: 'correct horse battery staple' });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

test('what the server is and has', async () => {
  expect(await client.health()).toMatchObject({ status: 'ok', models: ['moonshine-tiny-en'] });
  expect(await client.models()).toMatchObject([{ id: 'moonshine-tiny-en', languages: ['en'] }]);
  expect(await client.languages()).toContainEqual(expect.objectContaining({ code: 'en', name: 'English' }));
});

describe('every kind of source gives the words that were spoken', () => {
  test('a file, with progress to the end and every segment as it comes', async () => {
    const progress: Progress[] = [];
    const segments: Segment[] = [];
    const transcript = await client.transcribe(
      { path: wav },
      { onProgress: (step) => progress.push(step), onSegment: (segment) => segments.push(segment) },
    );
    expect(words(transcript.text)).toBe(spoken);
    expect(transcript).toMatchObject({ language: 'en', duration: 11, model: 'moonshine-tiny-en' });
    expect(segments).toEqual(transcript.segments);
    for (const stage of ['uploading', 'decoding', 'transcribing'])
      expect(progress.filter((step) => step.stage === stage).at(-1)?.fraction).toBe(1);
  });

  test('bytes, a Blob, a stream and an address', async () => {
    const bytes = await readFile(mp3);
    const web = createServer((_, response) => void response.end(bytes));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    try {
      const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/talks/jfk.mp3`;
      const sources = [
        { data: bytes },
        { data: new Blob([bytes]), name: 'jfk.mp3' },
        { stream: createReadStream(mp3) },
        { url },
      ];
      for (const source of sources) expect(words((await client.transcribe(source)).text)).toBe(spoken);
    } finally {
      web.closeAllConnections();
      web.close();
    }
  });
});

test('formats are texts', async () => {
  const srt: string = await client.transcribe({ path: wav }, { format: 'srt', language: 'en' });
  expect(srt).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nAnd so/);
  expect(words(await client.transcribe({ path: wav }, { format: 'text' })).trim()).toBe(spoken);
});

describe('what the server refuses has its own code, and the server lives on', () => {
  const text = new TextEncoder().encode('This is not sound. '.repeat(50));
  test.each([
    ['an empty file', { data: new Uint8Array(0), name: 'a.mp3' }, {}, 'empty_file'],
    ['a text named .mp3', { data: text, name: 'a.mp3' }, {}, 'unsupported_media'],
    ['an unknown model', { path: wav }, { model: 'no-such-model' }, 'model_not_found'],
    ['a language that no model knows', { path: wav }, { language: 'xx' }, 'language_not_supported'],
  ])('%s', async (_, source, options, code) => {
    const failure = (await client.transcribe(source, options).catch((error: unknown) => error)) as ApiError;
    expect(failure).toMatchObject({ name: 'ApiError', code });
    expect(failure.requestId).toBeDefined();
    expect((await client.health()).status).toBe('ok');
  });

  test('an upload that is refused before its end still gets its answer', async () => {
    const session = { ...client.session!, token: 'A'.repeat(43) };
    const stranger = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, session });
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        closed = true;
      }
    }
    for (const source of [{ data: new Uint8Array(50_000_000) }, { stream: endless() }])
      await expect(stranger.transcribe(source)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    expect(closed).toBe(true);
  });
});

test('aborting in the middle ends it at once with an AbortError, and the next is served', async () => {
  const controller = new AbortController();
  const begun = performance.now();
  const onProgress = ({ stage }: Progress) => {
    if (stage !== 'uploading') controller.abort();
  };
  const long = Buffer.concat([
    await readFile(wav),
    ...Array<Buffer>(30).fill((await readFile(wav)).subarray(44)),
  ]);
  await expect(
    client.transcribe({ data: long }, { signal: controller.signal, onProgress }),
  ).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(words((await client.transcribe({ path: wav })).text)).toBe(spoken);
});

test.skipIf(!existsSync(new URL('../../../shared/media', import.meta.url)))(
  'recordings of other containers in the shared folder beside the checkout',
  async () => {
    const path = fileURLToPath(new URL('../../../shared/media/clip.mov', import.meta.url));
    expect((await client.transcribe({ path })).text.length).toBeGreaterThan(10);
  },
);
