// Arguments of any content: times, ids, formats and names mean what they say, or are refused as arguments.
import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { chooseFormat, FORMATS, markIds, parseId, parseNumber, withoutMark } from '../src/options.js';
import { parseRange } from '../src/time-range.js';
import { writeFileAtomic } from '../src/write-file.js';
import { writeTranscripts } from '../src/write-transcripts.js';

const refused = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return undefined;
  }
};
/** A time as people write it, and its milliseconds. */
const time = fc.tuple(fc.nat(99), fc.nat(59), fc.nat(59_999), fc.nat(2)).map(([hours, minutes, ms, form]) => {
  const seconds = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
  if (form === 0) return { text: seconds, ms };
  if (form === 1) return { text: `${minutes}:${seconds}`, ms: minutes * 60_000 + ms };
  return {
    text: `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`,
    ms: (hours * 60 + minutes) * 60_000 + ms,
  };
});

it('a range is the two times that it says, or refused', () => {
  fc.assert(
    fc.property(time, time, (from, to) => {
      const range = refused(() => parseRange(`${from.text}-${to.text}`));
      expect(range?.map((seconds) => Math.round(seconds * 1000))).toEqual(
        to.ms > from.ms ? [from.ms, to.ms] : undefined,
      );
    }),
    cases(3_000),
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: fc.constantFrom(...'0123456789:.- e') }), fc.string({ unit: 'binary' })),
      (text) => {
        const range = refused(() => parseRange(text));
        if (range) expect(range[0] >= 0 && range[1] > range[0] && Number.isFinite(range[1])).toBe(true);
        const number = refused(() => parseNumber(text));
        if (number !== undefined) expect(String(number)).toBe(text);
        const id = refused(() => parseId(text));
        if (id !== undefined) expect(Buffer.from(id, 'base64url').toString('base64url')).toBe(id);
      },
    ),
    cases(4_000),
  );
});

it('an id is taken for an id wherever it stands, and nothing else is changed', () => {
  const id = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  const dashed = id.map((text) =>
    Buffer.from([0xf8 | (text.length & 3), ...Buffer.from(text, 'base64url').subarray(1)]).toString(
      'base64url',
    ),
  );
  const argument = fc.oneof(
    id,
    dashed,
    fc.constantFrom('--', '--json', '--password', '--new-password', '-o'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      const marked = markIds(args);
      expect(marked).toHaveLength(args.length);
      expect(marked.map(withoutMark)).toEqual(args.map(withoutMark));
      marked.forEach((text, i) => {
        if (text === args[i]) return;
        expect(parseId(text)).toBe(args[i]);
        expect(text.startsWith('-')).toBe(false);
      });
    }),
    cases(3_000),
  );
  fc.assert(
    fc.property(
      fc.option(fc.constantFrom(...FORMATS), { nil: undefined }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', ...FORMATS),
      (asked, name, ending) => {
        const format = chooseFormat(asked, `${name}.${ending.toUpperCase()}`);
        expect(format).toBe(asked ?? (ending || 'txt'));
      },
    ),
    cases(1_000),
  );
});

const folder = mkdtempSync(join(tmpdir(), 'sealscribe-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const transcript = { text: '', language: 'en', duration: 0, segments: [], speakers: [], model: 'm' };

it('any title gives a file inside the folder, whose name every system takes', async () => {
  const title = fc.oneof(
    fc.constantFrom(
      '../../etc/passwd',
      '..',
      '.',
      '',
      '/',
      'CON',
      'a\0b',
      '-rf',
      '~',
      'a\\b:c',
      '𠀀'.repeat(300),
      'e\u0301'.repeat(200),
      '\ud800',
    ),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(title, fc.constantFrom('txt', 'srt', 'json'), async (name, format) => {
      const inside = mkdtempSync(join(folder, 'one-'));
      const id = 'AAAAAAAAAAAAAAAAAAAAAA';
      const [written] = await writeTranscripts([{ id, transcript, title: name }], inside, {
        format,
        fonts: undefined,
      });
      const files = readdirSync(inside);
      expect(files).toHaveLength(1);
      expect(written?.file).toBe(join(inside, files[0]));
      expect(files[0]).toMatch(/^[\p{L}\p{M}\p{N}-]+\.(txt|srt|json)$/u);
      expect(Buffer.byteLength(files[0])).toBeLessThanOrEqual(255);
      expect(files[0].endsWith(`${id}.${format}`)).toBe(true);
      rmSync(inside, { recursive: true });
    }),
    cases(300),
  );
});

it('a file of any name that the system takes holds what was written, and nothing lies beside it', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((text) => text.replace(/[/\0]/g, '_').toWellFormed())
    .filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(name, fc.string({ unit: 'grapheme' }), (file, text) => {
      const inside = mkdtempSync(join(folder, 'two-'));
      writeFileAtomic(join(inside, file), text, { overwrite: false });
      expect(readdirSync(inside)).toEqual([file]);
      expect(readFileSync(join(inside, file), 'utf8')).toBe(text.toWellFormed());
      expect(() => writeFileAtomic(join(inside, file), 'x', { overwrite: false })).toThrow('exists already');
      rmSync(inside, { recursive: true });
    }),
    cases(200),
  );
});
