/**
 * The web app in Chromium, for tests: contexts in which every refusal of the page's policy, every error of a page and every request is
 * written down, and the steps that all journeys begin with.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright';
import { beforeEach } from 'vitest';

/** The built app; tests are skipped where it, or a browser, is not there. */
export const dist = fileURLToPath(new URL('../../examples/web-app/dist', import.meta.url));
const samples = new URL('../../node_modules/nodejs-whisper/cpp/whisper.cpp/', import.meta.url);
/** Eleven seconds of a speech. */
export const jfk = fileURLToPath(new URL('bindings/go/samples/jfk.wav', samples));
/** What is said in it. */
export const SAID = /ask not what your country can do for you/i;
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
/** Whether the app can be tested here. */
export const canRun = executablePath !== undefined && existsSync(dist);

/** What happened in the pages of some contexts. */
export interface Watched {
  /** Refusals of the policy, and whatever a page called an error. */
  problems: string[];
  sent: { url: string; body: string }[];
}

/**
 * For a journey, in which each test goes on where the one before stopped: after a failure the rest is skipped. It would wait in vain for
 * a minute each, and hide what failed first.
 */
export function stopAtFirstFailure(): void {
  let hasFailed = false;
  beforeEach(({ skip, onTestFailed }) => {
    skip(hasFailed, 'a test before it failed');
    onTestFailed(() => void (hasFailed = true));
  });
}

/** Starts Chromium; its microphone plays the recording once. */
export async function launch(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${jfk}%noloop`,
    ],
  });
}

/** A context of its own: another person, or another browser of the same one. */
export async function newContext(
  browser: Browser,
  watched: Watched,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en', ...options });
  context.setDefaultTimeout(60_000);
  await context.exposeBinding('tellProblem', (_source, text: string) => void watched.problems.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      (globalThis as unknown as { tellProblem: (text: string) => void }).tellProblem(
        `refused by ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`,
      ),
    );
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => watched.problems.push(String(error.stack)));
    page.on('dialog', (dialog) => {
      watched.problems.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    page.on('console', (message) => {
      // A space that nothing was saved in has no index yet; browsers call every 404 an error.
      const isEmpty = /\/v1\/((vault|workspaces\/[\w-]+)\/index|.*identity)$/.test(message.location().url);
      if (message.type() === 'error' && !isEmpty) watched.problems.push(message.text());
    });
    page.on('request', (request) =>
      watched.sent.push({ url: request.url(), body: request.postDataBuffer()?.toString('latin1') ?? '' }),
    );
  });
  return context;
}

/** Lets a file go over the page, as a hand does. */
export async function drop(page: Page, path: string, name = 'canary speech.wav'): Promise<void> {
  const files = await page.evaluateHandle(
    ([base64, as]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], as, { type: 'audio/wav' }));
      return transfer;
    },
    [readFileSync(path).toString('base64'), name] as const,
  );
  await page.dispatchEvent('.drop', 'dragover', { dataTransfer: files });
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: files });
}

/** Fills in the door, and opens it. */
export async function unlock(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.locator('form').getByRole('button', { name: 'Unlock' }).click();
}

/** What a transcript says on the page, by segment. */
export const textOf = (page: Page): Promise<string[]> => page.locator('.said p').allTextContents();

/** Everything that the page's origin keeps in this browser, as text. */
export const storedHere = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const found = [
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
    ];
    for (const { name = '' } of await indexedDB.databases()) {
      const open = indexedDB.open(name);
      const database = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        const values = await new Promise<unknown[]>((resolve) => {
          all.onsuccess = () => resolve(all.result);
        });
        for (const value of values)
          found.push(
            value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : JSON.stringify(value),
          );
      }
      database.close();
    }
    for (const cache of await caches.keys()) found.push(`cache ${cache}`);
    return found.join('\n');
  });
