/**
 * Firefox for vitest's browser mode: Debian's firefox-esr driven by puppeteer-core over WebDriver BiDi. (Playwright drives
 * only a Firefox of its own, which it downloads.)
 */
import { existsSync } from 'node:fs';
import { defineBrowserProvider } from '@vitest/browser';
import puppeteer, { type Browser } from 'puppeteer-core';
import type { BrowserProvider } from 'vitest/node';

const executablePath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);

class FirefoxProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  readonly supportsParallelism = false;
  #browser: Promise<Browser> | undefined;

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    this.#browser ??= puppeteer.launch({
      browser: 'firefox',
      headless: true,
      ...(executablePath ? { executablePath } : {}),
    });
    const page = await (await this.#browser).newPage();
    await page.goto(url, { waitUntil: 'domcontentloaded' });
  }

  async close(): Promise<void> {
    const browser = await this.#browser;
    this.#browser = undefined;
    await browser?.close();
  }
}

/** The provider, for `browser.provider`. */
export const firefox = defineBrowserProvider({
  name: 'puppeteer',
  supportedBrowser: ['firefox'],
  providerFactory: () => new FirefoxProvider(),
});
