// @ts-check
/* global AbortController, location, PerformanceObserver */
// The group "browser": how long a page of Chromium cannot answer while its vault is at work in the worker of sdk-browser, by the long-task
// entries of the page itself (W3C Long Tasks: whatever holds the UI thread for 50 ms or more). The reference is the promise: 50 ms.
//   browser.seal.longtask     sealing and saving a transcript of an hour with the times of its 9,000 words, and opening it again
//   browser.search.longtask   the first search over 1,000 transcripts of an hour each, none of them here yet, and six more
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { memoryServer } from './memory-server.mjs';
import { QUERIES, transcripts } from './search.mjs';

const TRANSCRIPTS = 1000;
const LONG_MS = 50;
const credentials = { email: 'bench@example.com', password: 'correct horse battery staple' };
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** The server in memory over HTTP, with the SDK's files and a page. @param {import('@sealscribe/sdk-core').Platform} platform */
async function serve(platform) {
  const server = createServer(async (asked, answer) => {
    const path = asked.url ?? '/';
    if (path.startsWith('/v1/')) {
      const chunks = [];
      for await (const chunk of asked) chunks.push(chunk);
      const response = await platform.fetch(`http://127.0.0.1${path}`, {
        method: asked.method ?? 'GET',
        headers: /** @type {Record<string, string>} */ (asked.headers),
        body: Buffer.concat(chunks),
        signal: new AbortController().signal,
      });
      answer.writeHead(response.status, Object.fromEntries(response.headers));
      answer.end(Buffer.from(await response.arrayBuffer()));
      return;
    }
    const file = join(root, 'packages/sdk-browser/dist', path);
    const isScript = path.endsWith('.js') && existsSync(file);
    answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    answer.end(isScript ? readFileSync(file) : '<!doctype html><title>bench</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, stop: () => server.close() };
}

/**
 * Runs in the page: unlocks, does the work, and says how long the longest task was.
 * @param {{credentials: {email: string, password: string}, worker: boolean, saved: any, queries: readonly string[]}} given
 */
async function work({ credentials, worker, saved, queries }) {
  const { Sealscribe } = await import(/** @type {string} */ ('/index.js'));
  const vault = await new Sealscribe({ server: location.origin, worker }).unlock(credentials);
  /** @type {number[]} */
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)));
  observer.observe({ type: 'longtask' });
  const rest = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await rest(500);
  tasks.length = 0;
  const started = performance.now();
  if (saved) await vault.open((await vault.save(saved, { title: 'An hour' })).id);
  for (const query of queries) await vault.search(query);
  const ms = performance.now() - started;
  await rest(500);
  return { longest: Math.max(0, ...tasks), count: tasks.length, ms };
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* browserFigures(wanted) {
  if (!wanted('browser.seal.longtask') && !wanted('browser.search.longtask')) return;
  if (!executablePath) return void console.error('browser: skipped, there is no Chromium');
  // Loaded late, as the packages are installed only when the benchmark starts.
  const { chromium } = await import('playwright');
  const { Sealscribe } = await import('@sealscribe/sdk-core');
  const platform = memoryServer();
  const writer = await new Sealscribe({ server: 'http://127.0.0.1' }, platform).signUp(credentials);
  const made = transcripts();
  const hour = made.next().value;
  const site = await serve(platform);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const run = async (/** @type {Omit<Parameters<typeof work>[0], 'credentials'>} */ given) => {
    const page = await browser.newPage();
    await page.goto(site.url);
    const found = await page.evaluate(work, { credentials, ...given });
    await page.close();
    return found;
  };
  const told = (/** @type {{longest: number, count: number, ms: number}} */ { longest, count, ms }) =>
    `${count === 0 ? 'no long task' : `${count} long tasks, the longest ${longest.toFixed(0)} ms`} in ${(ms / 1000).toFixed(1)} s`;
  try {
    for (const name of ['browser.seal.longtask', 'browser.search.longtask']) {
      if (!wanted(name)) continue;
      const isSeal = name === 'browser.seal.longtask';
      if (!isSeal)
        for (let count = 0; count < TRANSCRIPTS; count++)
          await writer.save(/** @type {any} */ (made.next().value), { title: `Meeting ${count}` });
      const given = { saved: isSeal ? withWords(hour) : undefined, queries: isSeal ? [] : QUERIES };
      const inWorker = await run({ ...given, worker: true });
      const inPage = await run({ ...given, worker: false });
      yield {
        ...{
          name,
          value: inWorker.longest,
          unit: 'ms',
          reference: LONG_MS,
          ratio: inWorker.longest / LONG_MS,
        },
        note: `${isSeal ? 'sealing' : 'search'} in the worker: ${told(inWorker)}; in the page: ${told(inPage)}`,
      };
    }
  } finally {
    await browser.close();
    site.stop();
  }
}

/** The same with a time for each word. @param {any} transcript */
const withWords = (transcript) => ({
  ...transcript,
  segments: transcript.segments.map((/** @type {any} */ segment) => ({
    ...segment,
    words: segment.text.split(' ').map((/** @type {string} */ word, /** @type {number} */ at) => ({
      ...{ word, start: segment.start + at * 0.35, end: segment.start + at * 0.35 + 0.3, confidence: 0.9 },
    })),
  })),
});
