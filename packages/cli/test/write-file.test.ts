import { chmod, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFileAtomic } from '../src/write-file.js';

const folder = () => mkdtemp(join(tmpdir(), 'sealscribe-write-'));

describe('an output file', () => {
  test('appears whole and leaves nothing beside it', async () => {
    const dir = await folder();
    writeFileAtomic(join(dir, 'a'), 'text', { overwrite: false });
    expect(await readdir(dir)).toEqual(['a']);
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('text');
  });

  test('is not replaced unless that is wanted', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'a'), 'old');
    expect(() => writeFileAtomic(join(dir, 'a'), 'new', { overwrite: false })).toThrow(
      expect.objectContaining({ exit: 'conflict' }) as Error,
    );
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('old');
    writeFileAtomic(join(dir, 'a'), 'new', { overwrite: true });
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('new');
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('keeps out whom the file it replaces kept out', async () => {
    const path = join(await folder(), 'a');
    await writeFile(path, 'old');
    await chmod(path, 0o600);
    writeFileAtomic(path, 'new', { overwrite: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('behind a link is replaced, and the link stays', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'real'), 'old');
    await symlink('real', join(dir, 'link'));
    writeFileAtomic(join(dir, 'link'), 'new', { overwrite: true });
    expect(await readFile(join(dir, 'real'), 'utf8')).toBe('new');
    expect((await readdir(dir)).sort()).toEqual(['link', 'real']);
  });

  test('that is a device is written to and not replaced', async () => {
    writeFileAtomic('/dev/null', 'text', { overwrite: false });
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});
