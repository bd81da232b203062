/**
 * The web app where the network goes away: in the middle of an upload, before the sealed text is stored, and while somebody speaks. No
 * recording and no text is lost, and what failed goes on when there is a network again.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sealscribe, type Vault } from '@sealscribe/sdk-node';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import {
  SAID,
  canRun,
  dist,
  drop,
  jfk,
  launch,
  newContext,
  textOf,
  unlock,
  type Watched,
} from './web-app-browser.js';

const credentials = { email: 'ada@example.org', password: 'correct horse battery staple' };

let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let vault: Vault;
// What the browser calls an error here is what the tests do to it.
const watched: Watched = { problems: [], sent: [] };

const folder = mkdtempSync(join(tmpdir(), 'sealscribe-offline-'));
/** The recording with a minute and more of silence after it, so that it is sent in parts. */
const long = join(folder, 'long.wav');

beforeAll(async () => {
  if (!canRun) return;
  const speech = readFileSync(jfk);
  const start = speech.indexOf('data') + 8;
  const silence = Buffer.alloc(75 * 32_000);
  speech.writeUInt32LE(speech.length + silence.length - 8, 4);
  speech.writeUInt32LE(speech.length + silence.length - start, start - 4);
  writeFileSync(long, Buffer.concat([speech, silence]));
  server = await startServer({ args: ['--web', dist] });
  vault = await new Sealscribe({ server: server.url, fingerprint: server.fingerprint }).signUp(credentials);
  browser = await launch();
  context = await newContext(browser, watched);
  page = await context.newPage();
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/uploads')) uploads.begun++;
    if (request.method() === 'PATCH') uploads.offsets.push(Number(request.headers()['upload-offset']));
  });
  await page.goto(server.url);
  await unlock(page, credentials.email, credentials.password);
  await page.locator('.drop').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** How many uploads were begun, and where in the recording each part of them began. */
const uploads = { begun: 0, offsets: [] as number[] };

const stage = (name: string) => page.locator('.job', { hasText: name }).locator('.job-stage');
const transcribed = () => watched.sent.filter(({ url }) => url.endsWith('/v1/transcribe')).length;

/** The text of the newest transcript, read by another device. */
async function newest(): Promise<string> {
  const [entry] = await vault.list();
  return (await vault.open(entry?.id ?? '')).transcript.text;
}

describe.skipIf(!canRun)('a network that goes away', () => {
  test('in the middle of an upload: it goes on by itself', async () => {
    const devtools = await context.newCDPSession(page);
    const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 800_000 };
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', line);
    const [part] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/v1/uploads')),
      drop(page, long, 'first.wav'),
    ]);
    const first = await part.response();
    expect(first?.status()).toBe(204);
    await page.waitForTimeout(200);
    await devtools.send('Network.emulateNetworkConditions', { ...line, offline: true });
    await expect.poll(() => stage('first.wav').textContent()).toBe('Waiting for a network');
    const before = uploads.offsets.length;
    await devtools.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
    await devtools.detach();
    await expect.poll(() => stage('first.wav').textContent(), { timeout: 60_000 }).toBe('Sealed and saved');
    expect(await newest()).toMatch(SAID);
    expect(await vault.list()).toHaveLength(1);
    // What the server had already was not sent again.
    const offsets = uploads.offsets.slice(before);
    expect(uploads.begun).toBe(1);
    expect(Math.min(...offsets)).toBeGreaterThan(0);
    expect(Math.max(...offsets)).toBeLessThan(statSync(long).size);
  });

  test('before the text is stored: it is kept, and only storing is tried again', async () => {
    const before = transcribed();
    await page.route('**/v1/vault/transcripts/**', (route) => route.abort());
    await page.route('**/v1/transcripts/**', (route) => route.abort());
    await drop(page, jfk, 'second.wav');
    const job = page.locator('.job', { hasText: 'second.wav' });
    await job.getByRole('alert').waitFor();
    await expect.poll(() => job.getByRole('alert').textContent()).toContain('The recording is still here.');
    // Who closes the tab now is asked first.
    const isAsked = await page.evaluate(
      () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })),
    );
    expect(isAsked).toBe(true);
    await page.unrouteAll();
    await job.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => stage('second.wav').textContent()).toBe('Sealed and saved');
    expect(transcribed()).toBe(before + 1);
    expect(await newest()).toMatch(SAID);
  });

  test('while somebody speaks: what was recorded goes the way of a file', async () => {
    await page.routeWebSocket(/\/v1\/stream/, (socket) => {
      const onward = socket.connectToServer();
      let bytes = 0;
      socket.onMessage((message) => {
        bytes += message.length;
        // Some seconds of speech, then the line is dead.
        if (bytes > 160_000) void socket.close().then(() => onward.close());
        else onward.send(message);
      });
    });
    await page.getByRole('link', { name: 'Record' }).first().click();
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.locator('.job.saved', { hasText: 'Recording' }).waitFor();
    await page.getByRole('alert').first().waitFor();
    expect(await vault.list()).toHaveLength(3);
    // A busy machine gives the microphone's stand-in with gaps: not every word need be right.
    expect(await newest()).toMatch(/ameri|ask|so/i);
    await page.locator('.job.saved', { hasText: 'Recording' }).getByRole('link', { name: 'Open' }).click();
    await page.locator('.player .round').waitFor();
    expect((await textOf(page)).join(' ')).toMatch(/ameri|ask|so/i);
  });
});
