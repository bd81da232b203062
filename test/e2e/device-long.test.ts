// SEALSCRIBE_LONG=1: a recording of an hour (or SEALSCRIBE_LONG_HOURS) on the device, in Chromium: it is read, decoded and recognised window by
// window, so that the page's process does not grow with what it hears. Takes five minutes on two cores, so it is skipped otherwise.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, hasDeviceSite, makeDeviceSite } from '../../scripts/device-site.mjs';
import type * as Device from '../../packages/sdk-browser/src/device.js';
import { normalizeWords } from '../fixtures/wer.js';
import { hasProc, residentBytes } from './behaviour-processes.js';
import { shared } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MIB = 1024 ** 2;
const clip = `${shared}speech/long_lj001.flac`;
const wanted = process.env['SEALSCRIBE_LONG'] === '1';
const hours = Number(process.env['SEALSCRIBE_LONG_HOURS'] ?? 1);
/** Loading the model takes more memory for a while than working with it does: looked at are the parts of the recording between these. */
const PARTS = [0.1, 0.5, 1];
/** MiB by which the second of them may need more than the first. */
const MOST_GROWTH = 100;

/** What the page has (device-page/page.js). */
declare const DeviceTranscriber: typeof Device.DeviceTranscriber;

describe.skipIf(!wanted || !hasDeviceSite || !hasProc || !existsSync(clip))(
  'a long recording on the device',
  () => {
    let site: ReturnType<typeof makeDeviceSite>;
    let server: RunningServer;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      site = makeDeviceSite();
      const [piece, list] = ['piece.mp3', 'list.txt'].map((name) => join(site.folder, name));
      const ffmpeg = (...args: string[]) =>
        expect(spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]).status).toBe(0);
      ffmpeg('-i', clip, '-ac', '1', '-b:a', '24k', piece);
      const seconds = statSync(piece).size / 3000;
      writeFileSync(list, `file '${piece}'\n`.repeat(Math.ceil((hours * 3600) / seconds)));
      const long = ['-c', 'copy', '-t', String(hours * 3600), join(site.folder, 'long.mp3')];
      ffmpeg('-f', 'concat', '-safe', '0', '-i', list, ...long);
      rmSync(list);
      server = await startServer({ args: ['--web', site.folder] });
      browser = await chromium.launch({
        executablePath: chromiumPath ?? '',
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
      page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
      await page.goto(server.url);
      await page.waitForFunction(() => 'DeviceTranscriber' in globalThis);
    }, 600_000);

    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      site?.remove();
    });

    /** The largest of the browser's processes for pages: this one's. */
    async function memory(): Promise<number> {
      const devtools = await browser.newBrowserCDPSession();
      const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
      await devtools.detach();
      const pages = processInfo.filter(({ type }) => type === 'renderer');
      return Math.max(...pages.map(({ id }) => residentBytes(id)));
    }

    test(
      `of ${hours} h is transcribed whole, and its second half takes no more memory than its first`,
      async () => {
        const running = page.evaluate(async () => {
          const [clip, recording] = await Promise.all(
            ['/piece.mp3', '/long.mp3'].map(async (file) => (await fetch(file)).blob()),
          );
          const device = new DeviceTranscriber();
          const clipOnly = await device.transcribe(clip);
          const started = performance.now();
          const { segments, duration, text } = await device.transcribe(recording, {
            onProgress: ({ stage, fraction }) => {
              if (stage === 'transcribing') Object.assign(globalThis, { fraction });
            },
          });
          const seconds = (performance.now() - started) / 1000;
          device.close();
          const ends = segments.map(({ end }) => end);
          return { duration, text, ends, seconds, clipOnly };
        });
        const found: number[][] = PARTS.map(() => []);
        const isDone = running.then(
          () => true,
          () => true,
        );
        while (!(await Promise.race([isDone, new Promise((resolve) => setTimeout(resolve, 1000))]))) {
          const fraction = await page.evaluate(() => (globalThis as { fraction?: number }).fraction ?? 0);
          found[PARTS.findIndex((end) => fraction <= end)].push((await memory()) / MIB);
        }
        const { duration, text, ends, seconds, clipOnly } = await running;
        const [loading, before, after] = found.map((values) => Math.round(Math.max(...values)));
        process.stdout.write(
          `${hours} h in ${Math.round(seconds)} s, ${(duration / seconds).toFixed(1)} times real time; the page's process: at most ${loading} MiB in the first tenth, ${before} until the half, ${after} in the second half\n`,
        );
        expect(duration).toBeGreaterThan(hours * 3600 - 60);
        expect(ends.at(-1)).toBeGreaterThan(hours * 3600 - 60);
        expect(after - before).toBeLessThan(MOST_GROWTH);
        // The clip comes again and again, and so do its words.
        const [all, once] = [text, clipOnly.text].map((said) => normalizeWords(said).length);
        const wordsWanted = (once * duration) / clipOnly.duration;
        expect(Math.abs(all - wordsWanted)).toBeLessThan(wordsWanted / 50);
      },
      4 * 3_600_000,
    );
  },
);
