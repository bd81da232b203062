// @ts-check
// A web app that recognises on the device, as a folder, for the end-to-end tests and the benchmark: the page of test/e2e/device-page, the
// SDK as it is built, without a bundler, and the recogniser's files put there by the command that users are told of.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('../packages/sdk-browser/', import.meta.url));
const page = fileURLToPath(new URL('../test/e2e/device-page/', import.meta.url));

/** Chromium of the system; undefined where there is none. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Whether it can be made and opened: the SDK is built, and there is a Chromium. */
export const hasDeviceSite = chromiumPath !== undefined && existsSync(join(sdk, 'dist/device-worker.js'));

/** Makes the folder, for `sealscribe-server --web`. @returns {{folder: string, remove: () => void}} */
export function makeDeviceSite() {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-device-'));
  cpSync(page, folder, { recursive: true });
  for (const name of readdirSync(join(sdk, 'dist')))
    if (name.endsWith('.js')) cpSync(join(sdk, 'dist', name), join(folder, 'sdk', name));
  const command = [join(sdk, 'device-files.mjs'), join(folder, 'sealscribe-device')];
  const { status, stderr } = spawnSync(process.execPath, command);
  if (status !== 0) throw new Error(String(stderr));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * Gives the page a recording, to be used there as `recordings[name]`.
 * @param {import('playwright').Page} page
 * @param {string} name
 * @param {Buffer} bytes
 */
export async function giveRecording(page, name, bytes) {
  await page.evaluate(
    ([name, base64]) => {
      const here = /** @type {any} */ (globalThis);
      const bytes = Uint8Array.from(here.atob(base64), (/** @type {string} */ sign) => sign.charCodeAt(0));
      (here.recordings ??= {})[name] = new here.Blob([bytes]);
    },
    /** @type {const} */ ([name, bytes.toString('base64')]),
  );
}
