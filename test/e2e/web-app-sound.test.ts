/**
 * The sound kept with a transcript, in the web app: off until somebody asks for it, sealed in the browser, opened into memory to be heard
 * on another day, and deleted. Each state is looked at by axe, in both languages of the interface.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Sealscribe, type Vault } from '@sealscribe/sdk-node';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { canRun, dist, drop, jfk, launch, newContext, unlock, type Watched } from './web-app-browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const credentials = { email: 'ada@example.org', password: 'correct horse battery staple' };

let server: RunningServer;
let browser: Browser;
let page: Page;
let vault: Vault;
const watched: Watched = { problems: [], sent: [] };

beforeAll(async () => {
  if (!canRun) return;
  server = await startServer({ args: ['--web', dist, '--workers', '1'] });
  browser = await launch();
  page = await (await newContext(browser, watched)).newPage();
  vault = await new Sealscribe({ server: server.url, fingerprint: server.fingerprint }).signUp(credentials);
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

/** What axe finds on the page as it is. */
async function look(at: Page = page): Promise<void> {
  await at.evaluate(axe);
  const violations = await at.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResults> } };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
  });
  expect(violations).toEqual([]);
}
const pieces = () => watched.sent.filter(({ url }) => url.includes('/recordings/'));
const isHeardFrom = async (start: number) =>
  expect
    .poll(() => page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.currentTime))
    .toBeGreaterThan(start);

describe.skipIf(!canRun)('the web app', () => {
  test('keeps no sound unless it is told to, and then sealed', async () => {
    await page.goto(server.url);
    await unlock(page, credentials.email, credentials.password);
    const keep = page.getByRole('switch', { name: 'Keep the sound too' });
    await keep.waitFor();
    expect(await keep.isChecked()).toBe(false);
    await keep.check();
    await look();
    await drop(page, jfk);
    await page.getByText('Sealed and saved').waitFor();
    expect(pieces().length).toBeGreaterThan(0);
    expect(watched.sent.some(({ body }) => body.includes('canary') && !body.includes('audio.wav'))).toBe(
      false,
    );
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await page.getByText('The recording is kept, sealed').waitFor();
    const [entry] = await vault.list();
    const kept = await vault.recording(entry.id);
    expect(kept?.type).toBe('audio/wav');
    expect(Buffer.from(await (await kept!.blob()).arrayBuffer()).equals(readFileSync(jfk))).toBe(true);
  });

  test('opens it into memory when a word is clicked, another day, and plays from there', async () => {
    await page.reload();
    await unlock(page, credentials.email, credentials.password);
    await page.getByText('The recording is kept, sealed').waitFor();
    watched.sent.length = 0;
    await look();
    expect(pieces()).toEqual([]);
    const word = page.locator('.word', { hasText: 'country' }).first();
    const start = Number(await word.getAttribute('data-start'));
    await word.click();
    await isHeardFrom(start);
    expect(await page.locator('audio').getAttribute('src')).toMatch(/^blob:/);
    await expect.poll(() => page.locator('.word.lit').count()).toBe(1);
    await look();
  });

  test('deletes it, and seals it again from memory', async () => {
    await page.getByRole('button', { name: 'Delete the recording' }).click();
    await look();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: false }).last().click();
    await page.getByText('The recording is in this tab alone.').waitFor();
    const [entry] = await vault.list();
    expect(entry.recording).toBeUndefined();
    await page.getByRole('button', { name: 'Seal and keep it' }).click();
    await page.getByText('The recording is kept, sealed').waitFor();
    expect((await vault.list())[0].recording?.type).toBe('audio/wav');
    // An edit afterwards is no conflict.
    await page.getByLabel('Title').fill('Inaugural');
    await expect.poll(async () => (await vault.list())[0].title).toBe('Inaugural');
    expect((await vault.list())[0].recording).toBeDefined();
  });

  test('says the same in Gujarati', async () => {
    const context = await newContext(browser, watched, { locale: 'gu' });
    const other = await context.newPage();
    const [entry] = await vault.list();
    await other.goto(page.url());
    await other.getByLabel('ઇમેઇલ').fill(credentials.email);
    await other.getByLabel('પાસવર્ડ').fill(credentials.password);
    await other.locator('form').getByRole('button', { name: 'ખોલો' }).click();
    await other.getByText('રેકોર્ડિંગ સીલ કરીને રખાયું છે').waitFor();
    await look(other);
    await other.getByRole('button', { name: 'રેકોર્ડિંગ ખોલો' }).click();
    await other.locator('audio').waitFor({ state: 'attached' });
    expect(entry.recording?.size).toBe(readFileSync(jfk).length);
    await context.close();
  });
});
