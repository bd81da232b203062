import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileFreshness } from '../src/index.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealscribe-marks-'));
  path = join(folder, 'home', 'marks.json');
});
afterEach(() => rm(folder, { recursive: true }));

const kept = async (store: FileFreshness, name: string) => {
  let text: string | undefined;
  await store.update(name, (stored) => {
    text = stored;
    return stored ?? '';
  });
  return text;
};

test('marks outlive the process, in a file that only its owner can read', async () => {
  await new FileFreshness(path).update('a', () => 'one');
  await new FileFreshness(path).update('b', (stored) => `${stored}, two`);
  expect(await kept(new FileFreshness(path), 'a')).toBe('one');
  expect(await kept(new FileFreshness(path), 'b')).toBe('undefined, two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'home'))).toEqual(['marks.json']);
});

test('what a change throws comes out, and nothing is changed', async () => {
  const store = new FileFreshness(path);
  await store.update('a', () => 'one');
  const before = await readFile(path);
  const mine = new Error('mine');
  await expect(
    store.update('a', () => {
      throw mine;
    }),
  ).rejects.toBe(mine);
  expect(await readFile(path)).toEqual(before);
  await store.update('a', (stored) => `${stored}+`);
  expect(await kept(store, 'a')).toBe('one+');
});

test('the lock of a process that died does not last', async () => {
  const store = new FileFreshness(path);
  await store.update('a', () => 'one');
  await writeFile(`${path}.lock`, '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${path}.lock`, longAgo, longAgo);
  await store.update('a', () => 'two');
  expect(await kept(store, 'a')).toBe('two');
});

test.each(['', '{', '[]', '{"a":1}'])('a damaged file (%j) is an error, not a fresh start', async (text) => {
  const store = new FileFreshness(path);
  await store.update('a', () => 'one');
  await writeFile(path, text);
  await expect(store.update('a', () => 'two')).rejects.toMatchObject({ code: 'freshness_unreadable' });
  expect(await readFile(path, 'utf8')).toBe(text);
});
