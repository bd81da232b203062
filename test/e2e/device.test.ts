/**
 * Recognition on the device, in Chromium, on a page with a strict policy from the real server: the text is that of the server, and
 * nothing but the recogniser's own files is asked for, whatever goes wrong.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Segment, type Transcript } from '@sealscribe/sdk-core';
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, giveRecording, hasDeviceSite, makeDeviceSite } from '../../scripts/device-site.mjs';
import { hasFfmpeg } from '../fixtures/ffmpeg.js';
import type * as Device from '../../packages/sdk-browser/src/device.js';
import type * as Sdk from '../../packages/sdk-browser/src/index.js';
import { countWordErrors } from '../fixtures/wer.js';
import { startServer, type RunningServer } from './server-process.js';

const samples = new URL('../../node_modules/nodejs-whisper/cpp/whisper.cpp/', import.meta.url);
const jfk = fileURLToPath(new URL('bindings/go/samples/jfk.wav', samples));
// The shared folder beside the checkout.
const speech = fileURLToPath(new URL('../../../shared/speech/', import.meta.url));
/** How much of the recording is enough for most tests, and what is said until then. */
const SECONDS = 3;
const SPOKEN = 'and so my fellow americans';
const credentials = { email: 'ada@example.org', password: 'correct horse battery staple' };

/** What the page has (device-page/page.js), and what the tests put there. */
declare const sdk: typeof Sdk;
declare const DeviceTranscriber: typeof Device.DeviceTranscriber;
declare const recordings: Record<string, Blob>;
declare const client: Sdk.Sealscribe;

/** The recording's beginning in another format, or something else, as ffmpeg writes it. */
function encode(output: string[], input = ['-t', String(SECONDS), '-i', jfk]): Buffer {
  const args = ['-v', 'error', '-nostdin', ...input, ...output, '-'];
  const { status, stdout, stderr } = spawnSync('ffmpeg', args);
  if (status !== 0) throw new Error(String(stderr));
  return stdout;
}

describe.skipIf(!hasDeviceSite)('on the device', () => {
  let server: RunningServer;
  let site: ReturnType<typeof makeDeviceSite>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** All that was asked for since the last look, by any page or worker. */
  let asked: Request[] = [];

  /** What was asked for, as paths; whatever is not a bare GET of the page's origin stands out. */
  function takeAsked(): string[] {
    const requests = asked;
    asked = [];
    return requests.map((request) => {
      const { origin, pathname, search } = new URL(request.url());
      const isBare = request.method() === 'GET' && request.postDataBuffer() === null && search === '';
      return isBare && origin === server.url ? pathname : `${request.method()} ${request.url()}`;
    });
  }

  async function openPage(): Promise<Page> {
    const opened = await context.newPage();
    await opened.goto(server.url);
    await opened.waitForFunction(() => 'sdk' in globalThis);
    await giveRecording(opened, 'jfk', readFileSync(jfk));
    takeAsked();
    return opened;
  }

  /** Transcribes in the page; gives the code of the error where it fails. */
  const transcribe = (name: string, wishes: { language?: string; model?: string; diarize?: boolean } = {}) =>
    page.evaluate(
      async ([name, wishes]) => {
        try {
          return await client.transcribe({ data: recordings[name] }, { where: 'device', ...wishes });
        } catch (error) {
          return (error as { code?: string }).code ?? String(error);
        }
      },
      [name, wishes] as const,
    );

  beforeAll(async () => {
    site = makeDeviceSite();
    // A model of which one byte is another, and one that lacks a file.
    const damaged = join(site.folder, 'damaged');
    cpSync(join(site.folder, 'sealscribe-device'), damaged, { recursive: true });
    const tokens = readFileSync(join(damaged, 'tokens.txt'));
    tokens[1000] ^= 1;
    writeFileSync(join(damaged, 'tokens.txt'), tokens);
    server = await startServer({ args: ['--web', site.folder] });
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.on('request', (request) => asked.push(request));
    page = await openPage();
    await page.evaluate((server) => {
      Object.assign(globalThis, { client: new sdk.Sealscribe({ server }) });
    }, server.url);
  });

  afterEach(() => {
    asked = [];
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    site?.remove();
  });

  test('a recording is transcribed as on the server, and only the recogniser’s own files are asked for', async () => {
    const isIsolated = await page.evaluate(async (credentials) => {
      Object.assign(globalThis, { vault: await client.signUp(credentials) });
      return crossOriginIsolated;
    }, credentials);
    expect(isIsolated).toBe(true);
    takeAsked();
    const { transcript, segments, stages } = await page.evaluate(async () => {
      const segments: Segment[] = [];
      const stages: string[] = [];
      const transcript = await client.transcribe(
        { data: recordings['jfk'] },
        {
          where: 'device',
          onSegment: (segment) => segments.push(segment),
          onProgress: ({ stage, fraction }) => stages.push(`${stage} ${fraction}`),
        },
      );
      return { transcript, segments, stages };
    });
    const files = [
      'manifest.json',
      'ort-wasm-simd-threaded.wasm',
      'silero_vad_v6.onnx',
      'encoder_model.onnx',
    ];
    const own = [...files, 'decoder_model_merged.onnx', 'tokens.txt'].map(
      (name) => `/sealscribe-device/${name}`,
    );
    const asked = takeAsked();
    expect(new Set(asked)).toEqual(new Set(['/sdk/device-worker.js', ...own]));
    expect(asked.filter((path) => path !== '/sdk/device-worker.js').sort()).toEqual(own.sort());

    expect(segments).toEqual(transcript.segments);
    expect(stages).toContain('transcribing 0');
    expect(stages.at(-1)).toBe('transcribing 1');
    expect(stages.filter((stage) => stage.startsWith('loading')).length).toBeGreaterThan(5);

    const there = await page.evaluate(() => client.transcribe({ data: recordings['jfk'] }));
    expect(takeAsked().some((path) => path.includes('/v1/'))).toBe(true);
    expect(countWordErrors(there.text, transcript.text).errors).toBe(0);
    expect(transcript).toMatchObject({ language: 'en', duration: 11, model: there.model, speakers: [] });
    const words = (of: Transcript) => of.segments.flatMap((segment) => segment.words);
    expect(words(transcript)).toHaveLength(words(there).length);
    words(transcript).forEach(({ start, end, confidence }, i) => {
      expect(Math.abs(start - words(there)[i].start)).toBeLessThan(0.15);
      expect(end).toBeGreaterThan(start);
      expect(confidence).toBeGreaterThan(0);
    });
  });

  test('its transcript is sealed and opened like any other', async () => {
    const { made, opened } = await page.evaluate(async () => {
      const { vault } = globalThis as unknown as { vault: Awaited<ReturnType<typeof client.signUp>> };
      const made = await client.transcribe({ data: recordings['jfk'] }, { where: 'device', diarize: true });
      const { id } = await vault.save(made, { title: 'Here' });
      return { made, opened: (await vault.open(id)).transcript };
    });
    expect(opened).toEqual(made);
    expect(opened.segments[0].speaker).toBe('SPEAKER_00');
  });

  test('on another page of the browser the files are in the cache, and the manifest alone is asked for', async () => {
    const other = await openPage();
    const text = await other.evaluate(async () => {
      const device = new DeviceTranscriber({ threads: 1 });
      const model = await device.prepare();
      const { text } = await device.transcribe(recordings['jfk']);
      device.close();
      return `${model.id}: ${text}`;
    });
    expect(text).toMatch(/^moonshine-tiny-en: .*your country/);
    expect(takeAsked()).toEqual(['/sdk/device-worker.js', '/sealscribe-device/manifest.json']);
    await other.close();
  });

  test.skipIf(!hasFfmpeg)(
    'what browsers and phones record, and what people have, is decoded (skipped without ffmpeg)',
    async () => {
      const formats: Record<string, string[]> = {
        mp3: ['-f', 'mp3'],
        m4a: ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov', '-c:a', 'aac'],
        webm: ['-f', 'webm', '-c:a', 'libopus'],
        ogg: ['-f', 'ogg', '-c:a', 'libopus'],
        flac: ['-f', 'flac'],
        stereo: ['-f', 'wav', '-ac', '2', '-ar', '44100', '-c:a', 'pcm_s24le'],
        'one side': ['-f', 'flac', '-af', 'pan=stereo|c1=c0'],
      };
      for (const [name, output] of Object.entries(formats)) {
        await giveRecording(page, name, encode(output));
        const transcript = await transcribe(name);
        if (typeof transcript === 'string') throw new Error(`${name}: ${transcript}`);
        const { errors } = countWordErrors(SPOKEN, transcript.text);
        expect({ name, isGood: errors <= 1 }).toEqual({ name, isGood: true });
        expect(Math.abs(transcript.duration - SECONDS)).toBeLessThan(0.1);
      }
      expect(takeAsked()).toEqual([]);
    },
  );

  test.skipIf(!hasFfmpeg || !existsSync(speech))(
    'speakers are told apart (skipped without ffmpeg or the shared recordings)',
    async () => {
      const beginning = ['-t', '16', '-i', join(speech, 'conv2_female_male.flac')];
      await giveRecording(page, 'two', encode(['-f', 'flac'], beginning));
      const transcript = (await transcribe('two', { diarize: true })) as Transcript;
      expect(transcript.speakers).toEqual(['SPEAKER_00', 'SPEAKER_01']);
    },
  );

  test('what cannot be transcribed is an error with a code, and nothing is sent', async () => {
    await giveRecording(page, 'text', Buffer.from('This is no recording. '.repeat(100)));
    await giveRecording(page, 'nothing', Buffer.alloc(0));
    expect(await transcribe('text')).toBe('undecodable_media');
    expect(await transcribe('nothing')).toBe('undecodable_media');
    expect(await transcribe('jfk', { language: 'fr' })).toBe('language_not_supported');
    expect(await transcribe('jfk', { model: 'whisper-large' })).toBe('model_not_found');
    if (hasFfmpeg) {
      const film = encode(['-f', 'webm'], ['-f', 'lavfi', '-t', '1', '-i', 'color']);
      await giveRecording(page, 'silent film', film);
      expect(await transcribe('silent film')).toBe('no_audio');
    }
    expect(takeAsked()).toEqual([]);
    // The recogniser goes on.
    expect((await transcribe('jfk')) as Transcript).toMatchObject({ duration: 11 });
  });

  test.each([
    ['there are no files', { files: '/nowhere/' }, 'device_files_missing'],
    ['a file is another', { files: '/damaged/' }, 'device_files_missing'],
    ['there is no worker', { worker: '/nowhere.js' }, 'device_files_missing'],
    [
      'the files are elsewhere',
      { files: 'https://example.com/' },
      'TypeError: files must be of the page’s own origin',
    ],
  ])('where %s it fails, and nothing is sent', async (_, device, code) => {
    const failed = await page.evaluate(
      async ([device, server]) => {
        const client = new sdk.Sealscribe({ server, device });
        return client.transcribe({ data: recordings['jfk'] }, { where: 'device' }).then(
          () => 'transcribed',
          (error: Error & { code?: string }) =>
            error instanceof sdk.SealscribeError ? error.code : String(error).replace("'", '’'),
        );
      },
      [device, server.url] as const,
    );
    expect(failed).toBe(code);
    expect(takeAsked().filter((path) => !/^\/(damaged\/|nowhere|sdk\/device-worker)/.test(path))).toEqual([]);
  });

  test('an abort ends the worker at once, while loading and while transcribing; the next recording has another', async () => {
    const outcome = await page.evaluate(async () => {
      const device = new DeviceTranscriber();
      const recording = recordings['jfk'].slice(0, 100_000);
      const attempt = async (stage: string) => {
        const controller = new AbortController();
        const running = device.transcribe(recording, {
          signal: controller.signal,
          onProgress: (progress) => {
            if (progress.stage === stage) controller.abort();
          },
        });
        return running.then(
          () => 'transcribed',
          (error: Error) => error.name,
        );
      };
      const waiting = new AbortController();
      const first = attempt('loading');
      const second = device
        .transcribe(recording, { signal: waiting.signal })
        .catch((error: Error) => error.name);
      waiting.abort();
      const outcome = [await first, await second, await attempt('transcribing'), await attempt('never')];
      const closed = attempt('never');
      device.close();
      return [...outcome, await closed];
    });
    expect(outcome).toEqual(['AbortError', 'AbortError', 'AbortError', 'transcribed', 'AbortError']);
  });

  test.skipIf(!hasFfmpeg)('without WebCodecs, Web Audio decodes (skipped without ffmpeg)', async () => {
    await giveRecording(page, 'mp3', encode(['-f', 'mp3']));
    const { text, stages } = await page.evaluate(async () => {
      const stages = new Set<string>();
      const device = new DeviceTranscriber({ worker: '/older-worker.js' });
      const { text } = await device.transcribe(recordings['mp3'], {
        onProgress: ({ stage }) => stages.add(stage),
      });
      device.close();
      return { text, stages: [...stages] };
    });
    expect(stages).toEqual(['loading', 'decoding', 'transcribing']);
    expect(countWordErrors(SPOKEN, text).errors).toBeLessThanOrEqual(1);
    expect(takeAsked().filter((path) => !/worker|codecs|manifest/.test(path))).toEqual([]);
  });
});
