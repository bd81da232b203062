/** Recognition on the device in Firefox, on a page with the server's strict policy: the same words, and what a phone sends is decoded. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Device from '../../packages/sdk-browser/src/device.js';
import { hasDeviceSite, makeDeviceSite } from '../../scripts/device-site.mjs';
import { hasFfmpeg } from '../fixtures/ffmpeg.js';
import { countWordErrors } from '../fixtures/wer.js';
import { startServer, type RunningServer } from './server-process.js';

const executablePath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
const samples = new URL('../../node_modules/nodejs-whisper/cpp/whisper.cpp/', import.meta.url);
const jfk = fileURLToPath(new URL('bindings/go/samples/jfk.wav', samples));
const SPOKEN =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';

/** What the page has (device-page/page.js). */
declare const DeviceTranscriber: typeof Device.DeviceTranscriber;
declare const device: Device.DeviceTranscriber;

describe.skipIf(!executablePath || !hasDeviceSite)('on the device, in Firefox', () => {
  let site: ReturnType<typeof makeDeviceSite>;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;

  const transcribe = (file: string) =>
    page.evaluate(async (file) => {
      const recording = await (await fetch(file)).blob();
      return device.transcribe(recording);
    }, file);

  beforeAll(async () => {
    site = makeDeviceSite();
    cpSync(jfk, join(site.folder, 'jfk.wav'));
    if (hasFfmpeg) {
      const opus = ['-v', 'error', '-nostdin', '-i', jfk, '-t', '3', '-c:a', 'libopus', '-f', 'webm', '-'];
      writeFileSync(join(site.folder, 'beginning.webm'), spawnSync('ffmpeg', opus).stdout);
    }
    server = await startServer({ args: ['--web', site.folder] });
    browser = await puppeteer.launch({
      ...{ browser: 'firefox', executablePath: executablePath ?? '', acceptInsecureCerts: true },
      protocolTimeout: 180_000,
    });
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'DeviceTranscriber' in globalThis);
    await page.evaluate(() => {
      Object.assign(globalThis, { device: new DeviceTranscriber() });
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    site?.remove();
  });

  test('a recording is transcribed with the times of its words', async () => {
    const { text, segments, duration } = await transcribe('/jfk.wav');
    expect(countWordErrors(SPOKEN, text).errors).toBe(0);
    expect(duration).toBe(11);
    const starts = segments.flatMap(({ words }) => words.map(({ start }) => start));
    expect(starts.length).toBe(22);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('what is spoken is understood as it comes', async () => {
    const { text, isSame, isStable } = await page.evaluate(async () => {
      const pcm = new Int16Array((await (await fetch('/jfk.wav')).arrayBuffer()).slice(44));
      const said: string[] = [];
      const partials: { text: string; stable: string }[] = [];
      const stream = await device.stream({
        onPartial: (partial) => partials.push(partial),
        onSegment: ({ text }) => said.push(text),
      });
      for (let at = 0; at < pcm.length; at += 1600) {
        await stream.write(pcm.subarray(at, at + 1600));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { text } = await stream.finish();
      const isStable = partials.every(({ text, stable }) => text.startsWith(stable));
      return { text, isSame: said.join(' ') === text, isStable };
    });
    expect({ isSame, isStable }).toEqual({ isSame: true, isStable: true });
    expect(countWordErrors(SPOKEN, text).errors).toBeLessThanOrEqual(4);
  });

  test.skipIf(!hasFfmpeg)('what a browser records is decoded (skipped without ffmpeg)', async () => {
    const { text } = await transcribe('/beginning.webm');
    expect(countWordErrors('and so my fellow americans', text).errors).toBeLessThanOrEqual(1);
  });
});
