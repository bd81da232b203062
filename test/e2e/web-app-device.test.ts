/**
 * The web app's switch "on this device": recordings become text in the browser, and what goes over the line is counted under TLS, where
 * nothing of the page, its workers or its sockets can go past.
 */
import { Sealscribe } from '@sealscribe/sdk-node';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFlakyLine, type FlakyLine } from './flaky-line.js';
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
/** The recording is 352,000 bytes; two sealed transcripts with their index are a few ten thousand. */
const FAR_LESS = 150_000;

let server: RunningServer;
let line: FlakyLine;
let browser: Browser;
let page: Page;
const watched: Watched = { problems: [], sent: [] };
const sockets: string[] = [];

beforeAll(async () => {
  if (!canRun) return;
  server = await startServer({ args: ['--web', dist, '--workers', '1'] });
  line = await startFlakyLine(server.url);
  await new Sealscribe({ server: server.url, fingerprint: server.fingerprint }).signUp(credentials);
  browser = await launch();
  page = await (await newContext(browser, watched)).newPage();
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto(line.url);
  await unlock(page, credentials.email, credentials.password);
  await page.locator('.drop').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await line?.stop();
  await server?.stop();
});

const job = (name: string) => page.locator('.job', { hasText: name });
const go = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
const toServer = () => watched.sent.filter(({ url }) => /\/v1\/(transcribe|uploads|stream)/.test(url));

describe.skipIf(!canRun)('on this device', () => {
  test('a file becomes text, and nothing of it is sent', async () => {
    await page.getByRole('switch', { name: 'On this device' }).check();
    const before = line.bytes;
    await drop(page, jfk, 'private.wav');
    await job('private.wav').getByText('Loading the recogniser').waitFor();
    await expect
      .poll(() => job('private.wav').locator('.job-stage').textContent(), { timeout: 120_000 })
      .toBe('Sealed and saved');
    expect(line.bytes - before).toBeGreaterThan(0);
    expect(line.bytes - before).toBeLessThan(FAR_LESS);
    await job('private.wav').getByRole('link', { name: 'Open' }).click();
    await page.locator('.word').first().waitFor();
    expect((await textOf(page)).join(' ')).toMatch(SAID);
  });

  test('what is spoken is read along and saved, and nothing of it is sent', async () => {
    await go('Record');
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.locator('.live-text .partial', { hasText: /\w/ }).waitFor();
    const before = line.bytes;
    await page
      .getByRole('log', { name: 'What was said' })
      .getByText(/americans|country/i)
      .first()
      .waitFor();
    expect(line.bytes - before).toBeLessThan(300);
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await page.locator('.word').first().waitFor();
    expect((await textOf(page)).join(' ')).toMatch(/americans|country/i);
    expect(line.bytes - before).toBeLessThan(FAR_LESS / 2);
    expect(toServer()).toEqual([]);
    expect(sockets).toEqual([]);
  });

  test('while a file is recognised, what is spoken waits for its end, and nothing of it is sent', async () => {
    const before = line.bytes;
    await go('Transcripts');
    await drop(page, jfk, 'first.wav');
    await job('first.wav').waitFor();
    await go('Record');
    await page.getByRole('button', { name: 'Start recording' }).click();
    await expect.poll(() => page.locator('.record-state').textContent()).toMatch(/0:0[1-9]/);
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await page.locator('.job.saved', { hasText: 'Recording' }).waitFor();
    expect(line.bytes - before).toBeLessThan(FAR_LESS);
    expect(toServer()).toEqual([]);
    expect(sockets).toEqual([]);
  });

  test('what fails here is not sent instead', async () => {
    const before = line.bytes;
    await go('Transcripts');
    await page.locator('.drop input[type=file]').setInputFiles({
      name: 'noise.wav',
      mimeType: 'audio/wav',
      buffer: Buffer.alloc(400_000, 7),
    });
    await job('noise.wav').getByRole('alert').waitFor();
    await job('noise.wav').getByRole('button', { name: 'Try again' }).click();
    await job('noise.wav').getByRole('alert').waitFor();
    expect(line.bytes - before).toBeLessThan(FAR_LESS / 2);
    expect(toServer()).toEqual([]);
    expect(watched.problems).toEqual([]);
  });

  test('the same eyes see what is sent once the switch is off', async () => {
    const before = line.bytes;
    await page.getByRole('switch', { name: 'On this device' }).uncheck();
    await drop(page, jfk, 'open.wav');
    await page.locator('.job.saved', { hasText: 'open.wav' }).waitFor();
    expect(line.bytes - before).toBeGreaterThan(350_000);
    expect(toServer().length).toBeGreaterThan(0);
  });
});
