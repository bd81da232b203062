/** Code samples of README and docs that are marked `run` do what they say, against a real server. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSnippets } from '../../scripts/check/snippets.mjs';
import { sampleRecording } from '../../scripts/demo/recording.mjs';
import { startServer, type RunningServer } from './server-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Inside the checkout, so that the packages are found by their names.
const folder = join(root, 'node_modules/.cache/run-snippets');
const snippets = readSnippets().filter((snippet) => snippet.run);

let server: RunningServer;
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(sampleRecording().path, join(folder, 'recording.mp3'));
  server = await startServer();
});
afterAll(() => server?.stop());

test('there are samples to run', () => {
  expect(snippets.length).toBeGreaterThan(0);
});

test.each(snippets)('$file:$line runs', async ({ file, line, code }) => {
  const name = `${file.replace(/\W/g, '-')}-${line}`;
  const javascript = ts.transpile(code.replaceAll('https://127.0.0.1:8443', server.url), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
  });
  writeFileSync(join(folder, `${name}.mjs`), javascript);
  const { stdout } = await promisify(execFile)(process.execPath, [`${name}.mjs`], {
    cwd: folder,
    env: {
      ...process.env,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: `${name}@example.com`,
      SEALSCRIBE_PASSWORD: 'a password for the samples',
    },
  });
  // Subtitles break the sentence into lines and cues.
  const said = stdout.replace(/^\d+$|^.* --> .*$/gm, '').replace(/\s+/g, ' ');
  expect(said.toLowerCase()).toContain('ask not what your country can do for you');
});
