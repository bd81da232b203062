/**
 * The web app's whole journey in Firefox, on the real server with a real recording: Debian's firefox-esr, driven over WebDriver BiDi,
 * with a microphone that hears what the test plays.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { hasSound, plugIn, type SoundCard } from './sound-card.js';
import { SAID, dist, jfk, stopAtFirstFailure } from './web-app-browser.js';

const executablePath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
const canRun = executablePath !== undefined && existsSync(dist);
const EMAIL = 'ada@example.org';
const PASSWORD = 'canary pass phrase of mine';

let server: RunningServer;
let browser: Browser;
let sound: SoundCard | undefined;
let page: Page;
let problems: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  if (!canRun) return;
  if (hasSound) sound = await plugIn();
  server = await startServer({ args: ['--web', dist] });
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    acceptInsecureCerts: true,
    env: { ...process.env, ...sound?.env },
    extraPrefsFirefox: {
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'intl.accept_languages': 'en',
    },
  });
  page = await watch(await browser.newPage());
});

afterEach(() => {
  const found = problems;
  problems = [];
  expect(found).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  sound?.stop();
});

/** Notes what a page refuses, what it calls an error, and what it asks for. */
async function watch(made: Page): Promise<Page> {
  made.setDefaultTimeout(60_000);
  await made.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      // eslint-disable-next-line no-console -- the one thing that every driver hears
      console.error(`refused by ${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  made.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
  made.on('pageerror', (error) => problems.push(String(error)));
  // What stands behind a # is told to the driver, and to no server.
  made.on('request', (request) => void asked.push(request.url().replace(/#.*/, '')));
  return made;
}

const called = (text: string) =>
  `::-p-xpath(//*[self::button or self::a or self::summary][normalize-space()="${text}" or @aria-label="${text}"])`;
const labelled = (text: string) =>
  `::-p-xpath(//label[starts-with(normalize-space(),"${text}")]//*[self::input or self::textarea or self::select])`;
const press = (text: string, on = page) => on.locator(called(text)).click();
const fill = (label: string, text: string, on = page) => on.locator(labelled(label)).fill(text);
/** All texts of what a selector finds. */
const texts = (selector: string, on = page) =>
  on.$$eval(selector, (found) => found.map(({ textContent }) => textContent ?? ''));
const said = async (on = page) => (await texts('.said p', on)).join(' ');
const submit = (on = page) => on.locator('form button[type=submit]').click();

describe.skipIf(!canRun)('the web app in Firefox', () => {
  stopAtFirstFailure();
  let link = '';

  test('signs up with recovery words', async () => {
    await page.goto(server.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await press('Create account');
    await fill('Email', EMAIL);
    await fill('New password', PASSWORD);
    await submit();
    await page.waitForSelector('.words li');
    const words = await texts('.words li');
    expect(words).toHaveLength(24);
    const [label = ''] = await texts('.recovery label');
    await page.locator('.recovery input').fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
    await submit();
    await page.waitForSelector('.drop');
  });

  test('turns a recording into text, plays it, and shows what the server has', async () => {
    const input = await page.waitForSelector('.drop input[type=file]');
    await (input as unknown as { uploadFile: (path: string) => Promise<void> }).uploadFile(jfk);
    await page.waitForSelector('.job.saved');
    await press('Open');
    await page.waitForSelector('.said p');
    expect(await said()).toMatch(SAID);
    if (sound) {
      await page.locator('.word').click();
      await page.waitForSelector('.word.lit');
      await press('Pause');
    }
    await press('What the server sees');
    await page.waitForSelector('.theirs pre');
    expect((await texts('.yours')).join()).toMatch(SAID);
    expect((await texts('.theirs')).join()).not.toMatch(/country|jfk|moonshine/i);
    await press('Transcript');
  });

  test('finds it, corrects it, and shares it under a password', async () => {
    await press('Transcripts');
    await page.locator('input[type=search]').fill('COUNTRY');
    await page.locator('button.entry').click();
    await page.waitForSelector('.segment.found');
    await press('Edit');
    await page.locator('.segment textarea').fill('<img src=x onerror=alert(1)> my fellow Americans');
    await press('Done');
    await page.waitForSelector('::-p-text(Saved · revision 2)');
    expect((await texts('.said p'))[0]).toBe('<img src=x onerror=alert(1)> my fellow Americans');
    expect(await page.$$('.text img')).toEqual([]);
    await press('Share');
    await fill('Password (optional)', 'told by telephone');
    await press('Make a link');
    await page.waitForSelector('.shares input');
    link = await page.$eval('.shares input', (input) => input.value);
    await press('Close');

    const reader = await watch(await (await browser.createBrowserContext()).newPage());
    await reader.goto(link);
    await fill('Password', 'not this one', reader);
    await press('Open', reader);
    await reader.waitForSelector('[role=alert]');
    expect(await reader.$$('.said')).toEqual([]);
    await fill('Password', 'told by telephone', reader);
    await press('Open', reader);
    await reader.waitForSelector('.said p');
    expect(await said(reader)).toContain('my fellow Americans');
    expect(await reader.evaluate(() => location.hash)).toBe('');
    await reader.browserContext().close();
  });

  test.skipIf(!hasSound)('writes along while somebody speaks', async () => {
    await press('Record');
    await page.locator('.record-button').click();
    await page.waitForSelector('.record-button.recording');
    await sound?.play(jfk);
    await page.waitForSelector('::-p-text(country)');
    await page.locator('.record-button').click();
    await page.waitForSelector('.player .round');
    // A busy machine plays with gaps: not every word need be right.
    expect(await said()).toMatch(/country/i);
  });

  test('forgets the key with a reload, opens again, and has told nobody', async () => {
    await page.reload();
    await fill('Email', EMAIL);
    await fill('Password', PASSWORD);
    await submit();
    await page.waitForSelector('.said p');
    const kept = readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');
    expect(kept).toContain(EMAIL);
    for (const secret of [PASSWORD, 'told by telephone', 'fellow Americans', new URL(link).hash.slice(1)]) {
      expect(asked.filter((url) => url.includes(encodeURI(secret)))).toEqual([]);
      expect(kept).not.toContain(secret);
      expect(server.stderr()).not.toContain(secret);
    }
    const reached = asked.filter((url) => url.startsWith('http')).map((url) => new URL(url).host);
    expect(new Set(reached)).toEqual(new Set([new URL(server.url).host]));
  });

  test('deletes the account', async () => {
    await press('Account');
    await press('Delete my account');
    await page.locator('dialog input').fill(EMAIL);
    await page.locator('dialog input[type=password]').fill(PASSWORD);
    await page.locator('dialog button[type=submit]').click();
    await page.waitForSelector('.welcome');
    await fill('Email', EMAIL);
    await fill('Password', PASSWORD);
    await submit();
    await page.waitForSelector('[role=alert]');
  });
});
