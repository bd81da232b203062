/** The examples run as a reader would run them, against a real server. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleRecording } from '../../scripts/demo/recording.mjs';
import { startServer, type RunningServer } from './server-process.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

test('node-quickstart transcribes, seals, stores, opens and prints subtitles', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['quickstart.mjs', sampleRecording().path], {
    cwd: fileURLToPath(new URL('../../examples/node-quickstart/', import.meta.url)),
    env: {
      ...process.env,
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: 'quickstart@example.com',
      SEALSCRIBE_PASSWORD: 'a password for the quickstart',
    },
  });
  expect(stdout).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/);
  expect(stdout.toLowerCase()).toContain('what you can do for your country');
});
