// @ts-check
// The group "device": recognition in a page of Chromium (WebAssembly), over the English recordings of the shared
// folder, each as the file that it is, with the model loaded beforehand.
//   device.rtf        seconds that it takes, against the length of the recordings
//   device.cpu        CPU seconds of all of Chromium for it, likewise: what other programs do meanwhile changes it little
//   device.wer        words of its text that differ from the text of a real server for the same files, in percent, against the promised 2
//   device.longtask   how long the page could not answer meanwhile, by its own long-task entries, against the promised 50 ms
//   device.first      from the call to the first words of eleven seconds of speech, in a page that has just been opened, files in the cache
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sampleRecording } from '../demo/recording.mjs';
import { chromiumPath, giveRecording, hasDeviceSite, makeDeviceSite } from '../device-site.mjs';
import { startServer } from '../start-server.mjs';
import { SPEECH, whyNot } from './asr-recordings.mjs';
import { bundle } from './bundle.mjs';

const LIMIT_WER = 2;
const LONG_MS = 50;
const REST_MS = 500;

/** @typedef {import('./measure.mjs').Figure} Figure */

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<Figure>} */
export async function* deviceFigures(wanted) {
  if (!['device.rtf', 'device.cpu', 'device.wer', 'device.longtask', 'device.first'].some(wanted)) return;
  if (!hasDeviceSite) return console.error('Without figures of the device: there is no Chromium.');
  const reason = whyNot();
  if (reason !== undefined) return console.error(`Without figures of the device: ${reason}.`);
  for (const figure of await measureDevice()) if (wanted(figure.name)) yield figure;
}

/** The English recordings with one channel, in the order of the manifest. */
function listRecordings() {
  /** @type {{file: string, language: string, speakers: {channel?: number}[]}[]} */
  const manifest = JSON.parse(readFileSync(join(SPEECH, 'manifest.json'), 'utf8'));
  return manifest
    .filter(
      ({ language, speakers }) => language === 'en' && speakers.every(({ channel }) => channel === undefined),
    )
    .map(({ file }) => file);
}

/** @returns {Promise<Figure[]>} */
async function measureDevice() {
  // Loaded late, as the packages are installed only when the benchmark starts.
  const { chromium } = await import('playwright');
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  /** @type {typeof import('./asr-scores.ts')} */
  const { countWordErrors } = await import(pathToFileURL(await bundle('asr-scores')).href);
  const site = makeDeviceSite();
  const server = await startServer({ args: ['--web', site.folder] });
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const open = async () => {
      const page = await context.newPage();
      await page.goto(server.url);
      await page.waitForFunction(() => 'DeviceTranscriber' in globalThis);
      return page;
    };
    const page = await open();
    const files = listRecordings();
    for (const file of files) await giveRecording(page, file, readFileSync(join(SPEECH, file)));
    const devtools = await browser.newBrowserCDPSession();
    /** CPU seconds of all of Chromium so far. */
    const cpuSeconds = async () =>
      (await devtools.send('SystemInfo.getProcessInfo')).processInfo.reduce(
        (sum, { cpuTime }) => sum + cpuTime,
        0,
      );
    const cpuBefore = await cpuSeconds();
    const found = await page.evaluate(work, { files, restMs: REST_MS });
    const cpu = (await cpuSeconds()) - cpuBefore;
    await page.close();

    const fresh = await open();
    await giveRecording(fresh, 'sample', readFileSync(sampleRecording().path));
    const first = await fresh.evaluate(untilFirstWords);

    let [errors, words] = [0, 0];
    for (const [i, file] of files.entries()) {
      const { text } = await client.transcribe({ path: join(SPEECH, file) });
      const counted = countWordErrors(text, found.texts[i] ?? '');
      errors += counted.errors;
      words += counted.words;
    }
    const wer = (100 * errors) / words;
    const { seconds, length, longest, tasks, threads } = found;
    return [
      {
        ...{ name: 'device.rtf', value: seconds, unit: 's', reference: length, ratio: seconds / length },
        note: `${files.length} recordings on the device, threads: ${threads}, ${(length / seconds).toFixed(1)} times real time`,
      },
      { name: 'device.cpu', value: cpu, unit: 's', reference: length, ratio: cpu / length },
      {
        ...{ name: 'device.wer', value: wer, unit: '%', reference: LIMIT_WER, ratio: wer / LIMIT_WER },
        note: `${errors} of the server's ${words} words are others on the device`,
      },
      {
        ...{
          name: 'device.longtask',
          value: longest,
          unit: 'ms',
          reference: LONG_MS,
          ratio: longest / LONG_MS,
        },
        note: `${tasks} long tasks of the page while its worker recognised`,
      },
      {
        ...{
          name: 'device.first',
          value: first.ms / 1000,
          unit: 's',
          reference: first.length,
          ratio: first.ms / 1000 / first.length,
        },
        note: `the first words of ${first.length} s of speech came after ${(first.ms / 1000).toFixed(1)} s in a new page, the model's ${(first.loaded / 1000).toFixed(1)} s among them`,
      },
    ];
  } finally {
    await browser.close();
    await client.close();
    await server.stop();
    site.remove();
  }
}

/**
 * Runs in the page: transcribes all recordings, one after the other.
 * @param {{files: string[], restMs: number}} given
 */
async function work({ files, restMs }) {
  const { DeviceTranscriber, recordings, PerformanceObserver, navigator } = /** @type {any} */ (globalThis);
  const rest = () => new Promise((resolve) => setTimeout(resolve, restMs));
  /** @type {number[]} */
  const tasks = [];
  await rest();
  new PerformanceObserver((/** @type {import('node:perf_hooks').PerformanceObserverEntryList} */ list) =>
    tasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({
    type: 'longtask',
  });
  const device = new DeviceTranscriber();
  await device.prepare();
  const texts = [];
  let length = 0;
  const started = performance.now();
  for (const file of files) {
    const { text, duration } = await device.transcribe(recordings[file]);
    texts.push(text);
    length += duration;
  }
  const seconds = (performance.now() - started) / 1000;
  await rest();
  device.close();
  const threads = Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2));
  return { texts, length, seconds, longest: Math.max(0, ...tasks), tasks: tasks.length, threads };
}

/** Runs in the page: how long the first words take. */
async function untilFirstWords() {
  const { DeviceTranscriber, recordings } = /** @type {any} */ (globalThis);
  const started = performance.now();
  let [ms, loaded] = [NaN, NaN];
  const { duration } = await new DeviceTranscriber().transcribe(recordings.sample, {
    onProgress: (/** @type {{stage: string}} */ { stage }) => {
      if (stage === 'transcribing' && Number.isNaN(loaded)) loaded = performance.now() - started;
    },
    onSegment: () => {
      if (Number.isNaN(ms)) ms = performance.now() - started;
    },
  });
  return { ms, loaded, length: duration };
}
