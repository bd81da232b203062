/** `lockAfter` with the vault's worker, in Chromium: a search that takes longer than that is a use of the key for as long as it lasts. */
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, hasDeviceSite } from '../../scripts/device-site.mjs';
import type * as Sdk from '../../packages/sdk-browser/src/index.js';
import { servePage, type SdkPage } from './sdk-page.js';

const credentials = { email: 'idle@example.org', password: 'correct horse battery staple' };
/** Seconds without use, and milliseconds that each answer of the server takes: twelve transcripts, four at a time, take longer. */
const LOCK_AFTER = 3;
const SLOW_MS = 700;

declare const sdk: typeof Sdk;

describe.skipIf(!hasDeviceSite)('a vault that locks itself', () => {
  let web: SdkPage;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    web = await servePage();
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage();
    await page.goto(`http://localhost:${web.port}/`);
    await page.waitForFunction(() => 'sdk' in globalThis);
  });

  afterAll(async () => {
    await browser?.close();
    await web?.stop();
  });

  test('does not do so in the middle of a long search of its worker, but after it', async () => {
    await page.evaluate(async (credentials) => {
      const vault = await new sdk.Sealscribe({ server: location.origin }).signUp(credentials);
      const about = { language: 'en', duration: 1, speakers: [], model: 'none' };
      for (let nr = 0; nr < 12; nr++) {
        const text = `canary number ${nr}`;
        const segment = { id: 0, start: 0, end: 1, text, speaker: null, confidence: null, words: [] };
        await vault.save({ text, segments: [segment], ...about });
      }
    }, credentials);
    await page.context().route('**/v1/**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      await route.continue();
    });
    const seen = await page.evaluate(
      async ([credentials, lockAfter]) => {
        const options = { server: location.origin, worker: true, lockAfter };
        const vault = await new sdk.Sealscribe(options).unlock(credentials);
        const started = performance.now();
        const hits = await vault.search('canary');
        const seconds = (performance.now() - started) / 1000;
        await new Promise((resolve) => setTimeout(resolve, 1000 * lockAfter + 500));
        const after = await vault.search('canary').catch((error: { code?: string }) => error.code);
        return { hits: hits.length, isLonger: seconds > lockAfter, after };
      },
      [credentials, LOCK_AFTER] as const,
    );
    expect(seen).toEqual({ hits: 12, isLonger: true, after: 'locked' });
  });
});
