// @ts-check
/* global atob, document, DataTransfer, DragEvent, File, FormData, PerformanceObserver, requestAnimationFrame, TextDecoderStream */
// The group "app": the built web app in Chromium on the real server, with eleven seconds of speech.
//   app.drop.first-words   from letting a file go over the page to the first words on it, against the same recording sent by a bare fetch
//                          of the same page until the first words are in its answer
//   app.longtask           the longest time for which the page could not answer between the drop and the sealed transcript, and while a
//                          query was typed, by its own long-task entries, against the promised 50 ms
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { startServer } from '../start-server.mjs';
import { collectGarbage, median } from './measure.mjs';

const RUNS = 7;
const LONG_MS = 50;
const FIRST_WORDS = 'app.drop.first-words';
const LONG_TASK = 'app.longtask';
const dist = join(root, 'examples/web-app/dist');
const recording = join(root, 'node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav');
const credentials = { email: 'bench@example.com', password: 'correct horse battery staple' };
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** In the page: makes the file that is sent again and again, and begins to listen. @param {string} base64 */
function prepare(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const kept = /** @type {any} */ (globalThis);
  kept.file = new File([bytes], 'speech.wav', { type: 'audio/wav' });
  kept.longTasks = [];
  const observer = new PerformanceObserver((list) =>
    kept.longTasks.push(...list.getEntries().map((entry) => entry.duration)),
  );
  observer.observe({ type: 'longtask' });
}

/** In the page: drops the recording; milliseconds until there are words on it. */
async function dropInApp() {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(/** @type {any} */ (globalThis).file);
  const before = document.querySelectorAll('.job').length;
  const started = performance.now();
  document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
  for (;;) {
    const job = document.querySelectorAll('.job')[before];
    if (job?.querySelector('.job-text')?.textContent || job?.matches('.saved')) break;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return performance.now() - started;
}

/** In the page: sends the recording; milliseconds until words have come back. @param {string} token */
async function sendBare(token) {
  const form = new FormData();
  form.append('file', /** @type {any} */ (globalThis).file);
  form.append('diarize', 'true');
  const started = performance.now();
  const answer = await fetch('/v1/transcribe', {
    method: 'POST',
    body: form,
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let ms = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
    text += value ?? '';
    if (ms === 0 && /event: segment/.test(text)) ms = performance.now() - started;
    if (done) return ms;
  }
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* appFigures(wanted) {
  if (![FIRST_WORDS, LONG_TASK].some(wanted)) return;
  if (!executablePath || !existsSync(recording))
    return void console.error('app: skipped, there is no Chromium or no recording');
  const { buildWebApp } = await import('../setup.mjs');
  buildWebApp();
  const { chromium } = await import('playwright');
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const server = await startServer({ args: ['--web', dist, '--workers', '1'] });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp(credentials);
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en' })).newPage();
    await page.goto(server.url);
    await page.getByLabel('Email').fill(credentials.email);
    await page.getByLabel('Password').fill(credentials.password);
    await page.locator('form').getByRole('button', { name: 'Unlock' }).click();
    await page.locator('.drop').waitFor();
    const base64 = readFileSync(recording).toString('base64');
    const token = client.session?.token ?? '';
    const saved = (/** @type {number} */ count) =>
      page
        .locator('.job.saved')
        .nth(count - 1)
        .waitFor();
    await page.evaluate(prepare, base64);
    // Both once, so that what is loaded late is there.
    await page.evaluate(dropInApp);
    await saved(1);
    await page.evaluate(sendBare, token);
    await page.evaluate('globalThis.longTasks = []');
    /** @type {{ours: number, reference: number}[]} */
    const pairs = [];
    for (let run = 0; run < RUNS; run++) {
      collectGarbage();
      const ours = await page.evaluate(dropInApp);
      await saved(run + 2);
      pairs.push({ ours, reference: await page.evaluate(sendBare, token) });
    }
    const middle = (/** @type {'ours' | 'reference'} */ side) => median(pairs.map((pair) => pair[side]));
    if (wanted(FIRST_WORDS))
      yield {
        ...{ name: FIRST_WORDS, value: middle('ours'), unit: 'ms', reference: middle('reference') },
        ratio: median(pairs.map(({ ours, reference }) => ours / reference)),
      };
    await page.getByRole('searchbox').pressSequentially('country', { delay: 60 });
    await page.locator('mark').first().waitFor();
    const tasks = await page.evaluate(
      () => /** @type {number[]} */ (/** @type {any} */ (globalThis).longTasks),
    );
    const longest = Math.max(0, ...tasks);
    if (wanted(LONG_TASK))
      yield {
        ...{ name: LONG_TASK, value: longest, unit: 'ms', reference: LONG_MS, ratio: longest / LONG_MS },
        note: `${tasks.length} long tasks over ${RUNS} recordings and a search`,
      };
  } finally {
    await browser.close();
    await server.stop();
  }
}
