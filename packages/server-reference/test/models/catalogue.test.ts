import { FAMILY_FILES, type FileRole } from '@sealscribe/asr';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/models/catalogue.js';
import { isModelName } from '../../src/models/list.js';
import { readManifest } from '../../src/models/manifest.js';
import { localName } from '../../src/models/registry.js';
import { findFiles } from '../../src/transcription/load-model.js';

const folder = mkdtempSync(join(tmpdir(), 'sealscribe-catalogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the catalogue', () => {
  it('has every name once, and only names that can be folders', () => {
    const names = CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !isModelName(name))).toEqual([]);
  });

  it.each(CATALOGUE)('$name has what its family needs, each file once', ({ name, family, files }) => {
    const names = files.map(localName);
    expect(new Set(names).size).toBe(names.length);
    const place = join(folder, name);
    mkdirSync(place);
    for (const file of names) writeFileSync(join(place, file), '{}');
    const found = findFiles(family, place, names);
    const required = Object.entries<FileRole>(FAMILY_FILES[family]).filter(([, role]) => role.required);
    expect(Object.keys(found)).toEqual(expect.arrayContaining(required.map(([key]) => key)));
    // What nobody reads would be downloaded for nothing.
    expect(Object.keys(found).length).toBe(names.length);
  });

  it('pins hashes only of commits, and has languages and a licence for each', () => {
    for (const { revision, files, languages, licence, repository } of CATALOGUE) {
      const pinned = files.filter(({ sha256 }) => sha256 !== undefined);
      if (pinned.length > 0) expect(revision).toMatch(/^[0-9a-f]{40}$/);
      for (const { sha256 } of pinned) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      for (const tag of languages) expect(() => Intl.getCanonicalLocales(tag)).not.toThrow();
      expect(licence).toMatch(/^(MIT|Apache-2\.0|CC-BY-4\.0)$/);
      expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    }
  });
});

describe('a manifest', () => {
  const read = (value: unknown) => {
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(value));
    return readManifest(folder);
  };
  const good = {
    id: 'mine',
    name: 'Mine',
    family: 'ctc',
    languages: ['en'],
    files: [{ name: 'model.onnx', size: 3 }],
  };
  it('is read', () => expect(read(good)).toEqual(good));
  it.each([
    ['no object', null, /object/],
    ['an id with a path', { ...good, id: '../x' }, /"id"/],
    ['an unknown family', { ...good, family: 'toString' }, /"family" must be one of moonshine, whisper/],
    ['no languages', { ...good, languages: [] }, /"languages"/],
    ['a file outside the folder', { ...good, files: [{ name: '../../etc/passwd', size: 1 }] }, /"files"/],
    ['a hash that is none', { ...good, files: [{ name: 'a', size: 1, sha256: 'x' }] }, /"files"/],
  ])('with %s is refused by name', (_what, value, reason) => expect(() => read(value)).toThrow(reason));
});
