/** `npm run demo` keeps its promises, and its search for secrets finds what is there to be found. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plantings, searchFolder, tellingPieces } from '../../scripts/demo/search.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealscribe-demo-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the demo ends with one JSON line that says that all was so, and leaves nothing behind', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/demo.mjs'], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder },
  });
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ ok: true, plaintextHitsOnServer: 0 });
  expect(last.text.toLowerCase()).toContain('ask what you can do for your country');
  expect(last.audioSeconds).toBeCloseTo(11, 0);
  expect(last.transcribeSeconds).toBeGreaterThan(0);
  expect(last.sealedBytes).toBeGreaterThan(100);
  expect(spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout).not.toContain('sealscribe');
});

test('a file that is not there is a clear error and a non-zero exit', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/demo.mjs', 'no-such-file.mp3'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('There is no file no-such-file.mp3');
});

test('a file that is not a recording is a clear error and a non-zero exit', () => {
  const file = join(folder, 'text.mp3');
  writeFileSync(file, 'This is not sound.\n'.repeat(100));
  const { status, stdout } = spawnSync(process.execPath, ['scripts/demo.mjs', file], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ ok: false });
});

const text = 'Überall, my fellow Americans: ask what you can do.';
const { runs, words } = tellingPieces(text);
const secrets = [...runs, ...words, { what: 'a key', value: randomBytes(32) }];

test('the pieces of a transcript are its runs of three words and its words of six letters or more', () => {
  expect(runs.map((run) => run.value)).toContain('fellow Americans: ask');
  expect(runs.map((run) => run.value)).toContain('fellow Americans ask');
  expect(words.map((word) => word.value)).toEqual(['Überall', 'fellow', 'Americans']);
});

test('the search finds nothing in random bytes', () => {
  writeFileSync(join(folder, 'random'), randomBytes(1_000_000));
  expect(searchFolder(folder, secrets)).toEqual([]);
});

const planted = secrets.flatMap((secret) => plantings(secret).map((planting) => ({ ...planting, secret })));

test.each([...new Set(planted.map(({ encoding }) => encoding))])(
  'the search finds every secret as %s',
  (way) => {
    for (const { content, secret } of planted.filter(({ encoding }) => encoding === way)) {
      writeFileSync(join(folder, 'planted'), Buffer.concat([randomBytes(1001), content, randomBytes(999)]));
      expect(searchFolder(folder, [secret])).toContainEqual({
        what: secret.what,
        encoding: way,
        file: 'planted',
      });
    }
  },
);
