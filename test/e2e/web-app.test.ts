/**
 * The web app as people use it: the built files, served by the real server, in Chromium. Whatever the page's policy refuses and
 * whatever the console calls an error fails the test.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import {
  SAID,
  canRun,
  dist,
  drop,
  jfk,
  launch,
  newContext,
  stopAtFirstFailure,
  storedHere,
  textOf,
  unlock as unlockAs,
  type Watched,
} from './web-app-browser.js';

const EMAIL = 'ada@example.org';
const PASSWORD = 'canary pass phrase of mine';

let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
const watched: Watched = { problems: [], sent: [] };
const { sent } = watched;

beforeAll(async () => {
  if (!canRun) return;
  server = await startServer({ args: ['--web', dist] });
  browser = await launch();
  context = await newContext(browser, watched);
});

afterEach(() => {
  const found = watched.problems;
  watched.problems = [];
  expect(found).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const unlock = (page: Page, password = PASSWORD) => unlockAs(page, EMAIL, password);
/** A refused sign-in is an error to the browser, and none to us. */
const forgiveRefusal = () => {
  watched.problems = watched.problems.filter((problem) => !problem.includes('401'));
};

describe.skipIf(!canRun)('the web app', () => {
  stopAtFirstFailure();
  let page: Page;
  let link = '';

  test('signs up with recovery words, and refuses to go on without them', async () => {
    page = await context.newPage();
    await page.goto(server.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Email').fill(EMAIL);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: /recovery words/ }).click();
    await page.locator('.words li').nth(23).waitFor();
    const words = await page.locator('.words li').allTextContents();
    expect(words).toHaveLength(24);
    const field = page.getByLabel(/type word \d+/);
    const asked = Number(/\d+/.exec((await page.locator('label', { has: field }).textContent()) ?? '')?.[0]);
    const create = page.locator('form').getByRole('button', { name: 'Create account' });
    await field.fill('zebra-not-a-word');
    await create.click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain(`not word ${asked}`);
    await field.fill(words[asked - 1]);
    await create.click();
    await page.getByRole('heading', { name: 'Drop recordings here' }).waitFor();
  });

  test('turns a dropped recording into text', async () => {
    await drop(page, jfk);
    await page.getByText('Sealed and saved').waitFor();
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await page.locator('.word').first().waitFor();
    expect((await textOf(page)).join(' ')).toMatch(SAID);
  });

  test('plays the recording from a word, and lights the word that is spoken', async () => {
    const word = page.locator('.word', { hasText: 'country' }).first();
    const start = Number(await word.getAttribute('data-start'));
    await word.click();
    await expect
      .poll(() => page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.currentTime))
      .toBeGreaterThan(start);
    await expect.poll(() => page.locator('.word.lit').count()).toBe(1);
    expect(await page.locator('audio').getAttribute('src')).toMatch(/^blob:/);
    await page.getByRole('button', { name: 'Pause' }).click();
  });

  test('shows what the server has of it: bytes, and none of the text', async () => {
    await page.getByRole('link', { name: 'What the server sees' }).click();
    await page.locator('.theirs pre').first().waitFor();
    await expect.poll(() => page.locator('.yours').textContent()).toMatch(SAID);
    const theirs = (await page.locator('.theirs').textContent()) ?? '';
    expect(theirs).not.toMatch(/country|canary|speech|moonshine/i);
    expect(theirs).toContain('revision');
    await expect.poll(() => page.locator('.theirs pre').count()).toBe(4);
  });

  test('forgets the key with a reload, refuses a wrong password, and opens the same text with the right one', async () => {
    await page.getByRole('link', { name: 'Transcript', exact: true }).click();
    await page.locator('.said p').first().waitFor();
    const before = await textOf(page);
    await page.reload();
    expect(await page.locator('.said').count()).toBe(0);
    await unlock(page, 'not my pass phrase');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('do not belong together');
    forgiveRefusal();
    await unlock(page);
    await page.locator('.said p').first().waitFor();
    await expect.poll(() => textOf(page)).toEqual(before);
  });

  test('finds it by a word', async () => {
    await page.getByRole('link', { name: 'Transcripts' }).first().click();
    await page.getByRole('searchbox').fill('COUNTRY');
    await page.locator('mark').first().waitFor();
    await expect.poll(() => page.locator('mark').first().textContent()).toBe('country');
    await page.getByRole('searchbox').fill('nobody said this');
    await page.getByText('Nothing found').waitFor();
    await page.getByRole('searchbox').fill('country');
    await page.locator('button.entry').first().click();
    await page.locator('.segment.found').waitFor();
  });

  test('saves an edit as a revision, takes it back, and shows hostile text as text', async () => {
    const payload =
      '<img src=x onerror="document.title=`broken`"> {{7*7}} <script>document.title="broken"</script>';
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const field = page.locator('.segment textarea').first();
    const original = await field.inputValue();
    await field.fill(`${payload} ${original}`);
    await field.blur();
    await page.getByText('Saved · revision 2').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    expect((await textOf(page))[0]).toBe(`${payload} ${original}`);
    expect(await page.title()).toBe('Sealscribe');
    expect(await page.locator('.text img, .text script').count()).toBe(0);
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Saved · revision 3').waitFor();
    await expect.poll(() => field.inputValue()).toBe(original);
  });

  test('splits at the cursor, and merges again', async () => {
    const segments = page.locator('.segment textarea');
    const count = await segments.count();
    const original = await segments.first().inputValue();
    const at = original.indexOf(' ', 10);
    await segments.first().evaluate((field: HTMLTextAreaElement, offset) => {
      field.focus();
      field.setSelectionRange(offset, offset);
    }, at);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => segments.count()).toBe(count + 1);
    await expect.poll(() => segments.first().inputValue()).toBe(original.slice(0, at));
    await page.getByRole('button', { name: 'Merge with the next' }).first().click();
    await expect.poll(() => segments.count()).toBe(count);
    await expect.poll(() => segments.first().inputValue()).toBe(original);
    await page.getByText(/Saved · revision [45]/).waitFor();
  });

  test('goes back to an earlier revision', async () => {
    await page.getByRole('button', { name: 'Done' }).click();
    const now = await textOf(page);
    await page.getByRole('button', { name: 'History' }).click();
    const second = page.getByRole('listitem').filter({ hasText: /revision 2/ });
    await second.getByRole('button', { name: 'Show' }).click();
    await expect.poll(() => page.locator('.earlier').textContent()).toContain('{{7*7}}');
    await second.getByRole('button', { name: 'Go back to it' }).click();
    await expect.poll(async () => (await textOf(page))[0]).toContain('{{7*7}}');
    await page.getByRole('button', { name: 'History' }).click();
    const third = page.getByRole('listitem').filter({ hasText: /revision 3/ });
    await third.getByRole('button', { name: 'Go back to it' }).click();
    await expect.poll(() => textOf(page)).toEqual(now);
  });

  test('saves what was typed last, also when somebody locks at once', async () => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const field = page.locator('.segment textarea').first();
    const typed = `${await field.inputValue()} Typed at the last moment.`;
    await field.fill(typed);
    await page.getByRole('button', { name: 'Lock' }).click();
    expect(await page.locator('.text').count()).toBe(0);
    await unlock(page);
    await page.locator('.said p').first().waitFor();
    expect((await textOf(page))[0]).toBe(typed);
  });

  test('fits a narrow phone, and every control has a name', async () => {
    await page.setViewportSize({ width: 340, height: 700 });
    const screen = page.url();
    const look = async () => {
      const { sideways, nameless } = await page.evaluate(() => ({
        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        nameless: [...document.querySelectorAll('button, a, input, select, textarea, summary')]
          .filter((control) => {
            const { textContent, title, labels, ariaLabel } = control as HTMLInputElement;
            return ![textContent, title, ariaLabel, ...(labels ?? [])].some((name) =>
              (typeof name === 'object' ? name?.textContent : name)?.trim(),
            );
          })
          .map((control) => control.outerHTML),
      }));
      expect({ screen: page.url(), sideways, nameless }).toEqual({
        screen: page.url(),
        sideways: 0,
        nameless: [],
      });
    };
    await look();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await look();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'What the server sees' }).click();
    await page.locator('.theirs pre').first().waitFor();
    await look();
    for (const name of ['Workspaces', 'Record', 'Account', 'Transcripts']) {
      await page.getByRole('link', { name, exact: true }).first().click();
      await page.locator('h1').waitFor();
      await look();
    }
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.locator('a.entry').first().click();
    await page.locator('.said').first().waitFor();
    expect(page.url()).toBe(screen);
  });

  test('shares by a link that opens without an account, and leaves no key in the address', async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByLabel('Password (optional)').fill('told by telephone');
    await page.getByRole('button', { name: 'Make a link' }).click();
    link = await page.getByLabel('Link', { exact: true }).inputValue();
    await page.keyboard.press('Escape');
    const other = await newContext(browser, watched);
    const reader = await other.newPage();
    await reader.goto(link);
    await reader.getByLabel('Password').waitFor();
    expect(new URL(reader.url()).hash).toBe('');
    await reader.getByLabel('Password').fill('told by telephone');
    await reader.getByRole('button', { name: 'Open' }).click();
    await reader.locator('.said p').first().waitFor();
    expect((await textOf(reader)).join(' ')).toMatch(SAID);
    const entries = await reader.evaluate(() => JSON.stringify(history.state) + location.href);
    expect(entries).not.toContain(new URL(link).hash.slice(1));
    await other.close();
  });

  test('writes along while somebody speaks, and keeps what was said', async () => {
    await page.getByRole('link', { name: 'Record' }).first().click();
    await page.getByRole('button', { name: 'Start recording' }).click();
    await expect
      .poll(() => page.locator('.live-text').textContent(), { timeout: 60_000 })
      .toMatch(/country/i);
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await page.locator('.player .round').waitFor();
    // A busy machine gives the microphone's stand-in with gaps: not every word need be right.
    expect((await textOf(page)).join(' ')).toMatch(/country/i);
  });

  test('has told nobody: no secret in a request, an address or what the browser keeps', async () => {
    expect(sent.filter(({ body }) => body.includes('"authKey"')).length).toBeGreaterThan(2);
    const kept = readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');
    expect(kept).toContain(EMAIL);
    const stored = await storedHere(page);
    const secrets = [
      PASSWORD,
      'told by telephone',
      'canary speech',
      'fellow Americans',
      new URL(link).hash.slice(1),
    ];
    for (const secret of secrets) {
      expect(
        sent.filter(({ url, body }) => url.includes(encodeURI(secret)) || body.includes(secret)),
      ).toEqual([]);
      expect(stored).not.toContain(secret);
      expect(kept).not.toContain(secret);
      expect(server.stderr()).not.toContain(secret);
    }
    // Addresses of the tab's own memory are the player's.
    const reached = sent.filter(({ url }) => !url.startsWith('blob:')).map(({ url }) => new URL(url).host);
    expect(new Set(reached)).toEqual(new Set([new URL(server.url).host]));
  });

  test('may not write markup into itself', async () => {
    const wrote = await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<b id="written">x</b>');
        return 'written';
      } catch (failure) {
        return (failure as Error).name;
      }
    });
    expect(wrote).toBe('TypeError');
    await expect.poll(() => watched.problems.join(' ')).toContain('require-trusted-types-for');
    watched.problems = [];
  });

  test('deletes the account, after which the password opens nothing', async () => {
    await page.getByRole('link', { name: 'Account' }).first().click();
    await page.getByRole('button', { name: 'Delete my account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password').fill(PASSWORD);
    const confirm = dialog.getByRole('button', { name: 'Delete my account' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/To confirm/).fill(EMAIL);
    await confirm.click();
    await page.getByRole('heading', { name: /only you can read/ }).waitFor();
    await unlock(page);
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('do not belong together');
    forgiveRefusal();
  });
});
