import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const read = (name: string) => readFileSync(resolve(`@sealscribe/model-moonshine-tiny-en/${name}`));

describe('the embedded model', () => {
  const manifest = JSON.parse(read('manifest.json').toString('utf8')) as {
    id: string;
    files: { name: string; size: number; sha256: string }[];
  };

  it('consists of exactly the files in its manifest, with their sizes and hashes', () => {
    const folder = dirname(resolve('@sealscribe/model-moonshine-tiny-en/manifest.json'));
    expect(readdirSync(folder).sort()).toEqual(
      [...manifest.files.map((file) => file.name), 'manifest.json'].sort(),
    );
    for (const { name, size, sha256 } of manifest.files) {
      expect(read(name).length).toBe(size);
      expect(createHash('sha256').update(read(name)).digest('hex')).toBe(sha256);
    }
  });

  it('has a vocabulary of 32,000 lines that begins with the special tokens and the bytes', () => {
    const pieces = read('tokens.txt').toString('utf8').split('\n');
    expect(pieces.pop()).toBe('');
    expect(pieces).toHaveLength(32_000);
    expect(pieces.slice(0, 4)).toEqual(['<unk>', '<s>', '</s>', '<0x00>']);
    expect(pieces[258]).toBe('<0xFF>');
  });

  it('carries the MIT licences of its parts and nothing of other models', () => {
    const licence = read('LICENSE').toString('utf8');
    for (const owner of ['Useful Sensors', 'Silero Team', 'belladore.ai']) expect(licence).toContain(owner);
    expect(licence).not.toMatch(/community license|section 2/i);
  });
});
