/**
 * Live transcription on the device, in Chromium: what is said into a microphone (a recording that the browser plays into it, in real time)
 * is read along half a second later, and from the first sample on the browser asks nobody for anything.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StreamPartial } from '@sealscribe/sdk-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, giveRecording, hasDeviceSite, makeDeviceSite } from '../../scripts/device-site.mjs';
import type * as Device from '../../packages/sdk-browser/src/device.js';
import type * as Sdk from '../../packages/sdk-browser/src/index.js';
import { countWordErrors } from '../fixtures/wer.js';
import { startFlakyLine, type FlakyLine } from './flaky-line.js';
import { startServer, type RunningServer } from './server-process.js';

const samples = new URL('../../node_modules/nodejs-whisper/cpp/whisper.cpp/', import.meta.url);
const jfk = fileURLToPath(new URL('bindings/go/samples/jfk.wav', samples));
const SPOKEN =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';

/** What the page has (device-page/page.js), and what the tests put there. */
declare const sdk: typeof Sdk;
declare const DeviceTranscriber: typeof Device.DeviceTranscriber;
declare const recordings: Record<string, Blob>;
declare const client: Sdk.Sealscribe;

describe.skipIf(!hasDeviceSite)('live on the device', () => {
  let server: RunningServer;
  let line: FlakyLine;
  let site: ReturnType<typeof makeDeviceSite>;
  let browser: Browser;
  let page: Page;
  /** All that any page, worker or socket asked for since the last look. */
  const asked: string[] = [];

  const takeAsked = () => asked.splice(0).map((url) => url.replace(line.url, ''));

  async function openPage(permissions: string[]): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ ignoreHTTPSErrors: true, permissions });
    context.on('request', (request) => asked.push(request.url()));
    const opened = await context.newPage();
    opened.on('websocket', (socket) => asked.push(socket.url()));
    await opened.goto(line.url);
    await opened.waitForFunction(() => 'sdk' in globalThis);
    await giveRecording(opened, 'jfk', readFileSync(jfk));
    await opened.evaluate((server) => {
      Object.assign(globalThis, { client: new sdk.Sealscribe({ server }) });
    }, line.url);
    takeAsked();
    return opened;
  }

  beforeAll(async () => {
    site = makeDeviceSite();
    server = await startServer({ args: ['--web', site.folder] });
    line = await startFlakyLine(server.url);
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${jfk}%noloop`,
      ],
    });
    page = await openPage(['microphone']);
  });

  afterAll(async () => {
    await browser?.close();
    await line?.stop();
    await server?.stop();
    site?.remove();
  });

  test('a microphone is read along, and nothing is asked for from the first word to the last', async () => {
    await page.evaluate(async () => {
      const heard = { partials: [] as StreamPartial[], segments: [] as string[], stages: [] as string[] };
      const stream = await client.stream({
        where: 'device',
        onPartial: (partial) => heard.partials.push(partial),
        onSegment: ({ text }) => heard.segments.push(text),
        onProgress: ({ stage }) => heard.stages.push(stage),
      });
      Object.assign(globalThis, { heard, stream });
    });
    const own = ['manifest.json', 'ort-wasm-simd-threaded.wasm', 'silero_vad_v6.onnx', 'encoder_model.onnx'];
    const files = [...own, 'decoder_model_merged.onnx', 'tokens.txt'].map(
      (name) => `/sealscribe-device/${name}`,
    );
    const sdkFiles = ['/sdk/stream.js', '/sdk/device-worker.js'];
    expect(new Set(takeAsked())).toEqual(new Set([...sdkFiles, ...files]));

    await page.evaluate(async () => {
      const { stream } = globalThis as unknown as { stream: Sdk.TranscriptStream };
      const microphone = await sdk.openMicrophone();
      const pump = (async () => {
        for await (const chunk of microphone) await stream.write(chunk);
      })();
      Object.assign(globalThis, { microphone, pump });
    });
    await page.waitForFunction(
      () => (globalThis as unknown as { heard: { partials: StreamPartial[] } }).heard.partials.length > 0,
      undefined,
      { timeout: 60_000 },
    );
    // Counted under TLS, where nothing of the page, its workers or its sockets can go past.
    const before = line.bytes;
    // After the last word the microphone is silent: the pause alone makes what was said final.
    await page.waitForFunction(
      () =>
        /country/i.test(
          (globalThis as unknown as { heard: { segments: string[] } }).heard.segments.join(' '),
        ),
      undefined,
      { timeout: 60_000 },
    );
    const { transcript, heard } = await page.evaluate(async () => {
      const { stream, microphone, pump, heard } = globalThis as unknown as {
        stream: Sdk.TranscriptStream;
        microphone: Sdk.Microphone;
        pump: Promise<void>;
        heard: { partials: StreamPartial[]; segments: string[]; stages: string[] };
      };
      microphone.stop();
      await pump;
      return { transcript: await stream.finish(), heard };
    });
    // Less than a hundredth of a second; an idle connection that is closed says so.
    expect(line.bytes - before).toBeLessThan(300);
    expect(takeAsked()).toEqual([]);
    // A busy machine gives the microphone's stand-in with gaps: not every word need be right.
    expect(transcript.text).toMatch(/country/i);
    expect(transcript.segments.map(({ text }) => text)).toEqual(heard.segments);
    expect(transcript).toMatchObject({ language: 'en', model: 'moonshine-tiny-en', speakers: [] });
    expect(transcript.segments.every(({ words }) => words.length > 0)).toBe(true);
    expect(new Set(heard.stages)).toEqual(new Set(['loading']));
    // Partials came while somebody spoke, each with what is certain at its start.
    expect(heard.partials.length).toBeGreaterThan(1);
    expect(heard.partials.every(({ text, stable }) => text.startsWith(stable))).toBe(true);
  });

  test('there is one stream at a time, and none beside a recording; a recording waits for its end', async () => {
    const outcome = await page.evaluate(async () => {
      const codeOf = (failure: unknown) => (failure as { code?: string }).code ?? String(failure);
      const pcm = new Uint8Array(await recordings['jfk'].arrayBuffer()).subarray(44);
      const stream = await client.stream({ where: 'device' });
      const order: string[] = [];
      const second = await client.stream({ where: 'device' }).catch(codeOf);
      const recording = client.transcribe({ data: recordings['jfk'] }, { where: 'device' }).then((done) => {
        order.push('recording');
        return done.text;
      });
      // Faster than anybody speaks, in pieces of any size.
      for (let at = 0; at < pcm.length; at += 4321) await stream.write(pcm.subarray(at, at + 4321));
      const { text, duration } = await stream.finish();
      order.push('stream');
      const beside = await client.stream({ where: 'device' }).catch(codeOf);
      const recorded = await recording;
      const both = await Promise.all(
        [1, 2].map(() => client.stream({ where: 'device' }).then((stream) => stream.finish(), codeOf)),
      );
      const late = await stream.write(new Int16Array(10)).catch((error: Error) => error.name);
      return { second, beside, order, text, duration, recorded, both, late };
    });
    expect(outcome).toMatchObject({ second: 'device_busy', beside: 'device_busy', late: 'TypeError' });
    expect(outcome.order).toEqual(['stream', 'recording']);
    expect(outcome.duration).toBeCloseTo(11, 1);
    expect(countWordErrors(SPOKEN, outcome.text).errors).toBeLessThanOrEqual(4);
    expect(countWordErrors(SPOKEN, outcome.recorded).errors).toBe(0);
    expect(outcome.both).toEqual([expect.objectContaining({ text: '', duration: 0 }), 'device_busy']);
    expect(takeAsked()).toEqual([]);
  });

  test('an abort ends it at once with its reason, and the next one is another', async () => {
    const outcome = await page.evaluate(async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const stream = await client.stream({ where: 'device', signal });
      const iterated = (async () => {
        for await (const { type } of stream) void type;
      })().catch((error: Error) => error.name);
      await stream.write(new Int16Array(160_000));
      controller.abort();
      const ends = [() => stream.write(new Int16Array(16_000)), () => stream.finish()].map((end) =>
        end().then(
          () => 'went on',
          (error: Error) => error.name,
        ),
      );
      const again = await client.stream({ where: 'device', signal }).catch((error: Error) => error.name);
      const next = await client.stream({ where: 'device' });
      return [...(await Promise.all([...ends, iterated])), again, (await next.finish()).text];
    });
    expect(outcome).toEqual(['AbortError', 'AbortError', 'AbortError', 'AbortError', '']);
    expect(takeAsked()).toEqual(['/sdk/device-worker.js', '/sealscribe-device/manifest.json']);
  });

  test('a worker that dies without a word ends it with an error, and the next one is another', async () => {
    const outcome = await page.evaluate(async () => {
      const device = new DeviceTranscriber({ worker: '/dying-worker.js' });
      const pcm = new Int16Array((await recordings['jfk'].arrayBuffer()).slice(44));
      const codeOf = (failure: unknown) => (failure as { code?: string }).code ?? String(failure);
      const attempt = async (chunks: number) => {
        const stream = await device.stream();
        for (let at = 0; at < chunks; at++) await stream.write(pcm.subarray(1600 * at, 1600 * (at + 1)));
        return stream.finish();
      };
      const died = await attempt(30).catch(codeOf);
      const { duration } = await attempt(10);
      device.close();
      return { died, duration };
    });
    expect(outcome).toEqual({ died: 'recognizer_failed', duration: 1 });
    expect(takeAsked().filter((path) => !/worker|manifest/.test(path))).toEqual([]);
  });

  test('what cannot be done is an error with a code, and nothing is sent', async () => {
    const codes = await page.evaluate(async () => {
      const codeOf = (options: Sdk.StreamOptions) =>
        client.stream({ where: 'device', ...options }).then(
          () => 'opened',
          (failure: { code?: string }) => failure.code,
        );
      const nowhere = new sdk.Sealscribe({ server: location.origin, device: { files: '/nowhere/' } });
      const missing = await nowhere
        .stream({ where: 'device' })
        .catch((failure: { code?: string }) => failure.code);
      return [await codeOf({ language: 'fr' }), await codeOf({ model: 'whisper-large' }), missing];
    });
    expect(codes).toEqual(['language_not_supported', 'model_not_found', 'device_files_missing']);
    expect(takeAsked().filter((path) => !/worker|manifest/.test(path))).toEqual([]);

    const denied = await openPage([]);
    expect(
      await denied.evaluate(() => sdk.openMicrophone().catch((failure: { code?: string }) => failure.code)),
    ).toBe('microphone_denied');
    expect(takeAsked()).toEqual([]);
  });
});
