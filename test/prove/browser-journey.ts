/** The journey in the web app: the built page, served by the real server, in Chromium. */
import { rmSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright';
import {
  dist,
  drop,
  jfk,
  launch,
  newContext,
  storedHere,
  unlock,
  type Watched,
} from '../e2e/web-app-browser.js';
import { noteLink, startJourney, type Journey } from './journey.js';

/** The journey, and the page in which it was made: unlocked, with the transcript open. */
export interface BrowserJourney extends Journey {
  page: Page;
  context: BrowserContext;
  /** What the browser keeps of the origin, and the address and history of the page. */
  kept: string;
}

/** Plays it with a page that comes through the line, so that nothing is asked of the server beside it. */
export async function playBrowser(): Promise<BrowserJourney> {
  const journey = await startJourney(['--workers', '1', '--web', dist]);
  const { line, owner, said } = journey;
  const browser: Browser = await launch();
  const watched: Watched = { problems: [], sent: [] };
  const context = await newContext(browser, watched);
  const page = await context.newPage();
  await page.goto(line.url);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('New password').fill(owner.password);
  await page.getByRole('button', { name: /recovery words/ }).click();
  await page.locator('.words li').nth(23).waitFor();
  const words = await page.locator('.words li').allTextContents();
  const field = page.getByLabel(/type word \d+/);
  const asked = Number(/\d+/.exec((await page.locator('label', { has: field }).textContent()) ?? '')?.[0]);
  await field.fill(words[asked - 1] ?? '');
  await page.locator('form').getByRole('button', { name: 'Create account' }).click();
  journey.more.push({ what: 'recovery words', value: words.join(' ') });

  await page.getByRole('heading', { name: 'Drop recordings here' }).waitFor();
  await drop(page, jfk, said.file);
  await page.getByText('Sealed and saved').waitFor();
  await page.getByRole('link', { name: 'Open', exact: true }).click();
  await page.locator('.word').first().waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const first = page.locator('.segment textarea').first();
  await first.fill(`${said.text} ${said.title} ${said.tag} ${said.speaker}`);
  await first.blur();
  await page.getByText('Saved · revision 2').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByLabel('Password (optional)').fill(said.linkPassword);
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  noteLink(journey, link);
  await page.keyboard.press('Escape');
  const other = await newContext(browser, watched);
  const reader = await other.newPage();
  await reader.goto(link);
  await reader.getByLabel('Password').fill(said.linkPassword);
  await reader.getByRole('button', { name: 'Open' }).click();
  await reader.locator('.said p', { hasText: said.text }).first().waitFor();
  const atReader = `${await storedHere(reader)}\n${reader.url()}`;
  await other.close();

  await page.getByText('Export').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText('Subtitles', { exact: true }).click(),
  ]);
  await file.delete();
  await page.getByRole('link', { name: 'Transcripts' }).first().click();
  await page.getByRole('searchbox').fill(said.query);
  await page.getByText('Nothing found').waitFor();
  await page.getByRole('searchbox').fill(said.text);
  await page.locator('mark').first().waitFor();
  // A lock ends it, and with the password all is there again.
  await page.getByRole('button', { name: 'Lock' }).click();
  await unlock(page, owner.email, owner.password);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const history = await page.evaluate(() => JSON.stringify(window.history.state) + location.href);
  return {
    ...journey,
    ...{ page, context, kept: [await storedHere(page), history, atReader].join('\n') },
    async stop() {
      await browser.close();
      await journey.stop();
      rmSync(journey.server.dataFolder, { recursive: true, force: true });
    },
  };
}
