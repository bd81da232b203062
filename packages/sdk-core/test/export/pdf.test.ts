/** PDF, with fonts of this computer where it has them: read back by poppler's pdftotext. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toPdf, type PdfFont, type Transcript } from '../../src/index.js';
import { breakLines, findBreaks } from '../../src/export/line-breaks.js';
import { loadBidi } from '../../src/export/bidi.js';
import { transcript } from '../transcript.js';

const NOTO = '/usr/share/fonts/truetype/noto/';
const files = ['NotoSans', 'NotoSansGujarati', 'NotoSansHebrew'].map((name) => `${NOTO}${name}-Regular.ttf`);
const ready = files.every(existsSync) && spawnSync('pdftotext', ['-v']).status === 0;
const fonts = (...wanted: number[]): PdfFont[] =>
  wanted.map((at) => ({ data: readFileSync(files[at] ?? ''), name: 'ignored' }));

const saying = (text: string, language = 'en'): Transcript => ({
  ...transcript,
  language,
  segments: [{ id: 0, start: 0, end: 1, text, speaker: null, confidence: null, words: [] }],
});
const read = (pdf: Uint8Array) =>
  execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' }).replaceAll(
    /[\u202a-\u202e\f]/g,
    '',
  );

describe.skipIf(!ready)('a PDF', () => {
  test('has the heading, what it is, and every word; the same transcript gives the same bytes', async () => {
    const latin = { ...transcript, segments: transcript.segments.slice(0, 1) };
    const make = () => toPdf(latin, { fonts: fonts(0), title: 'Inaugural', date: new Date(0) });
    const pdf = await make();
    expect(read(pdf)).toBe(
      'Inaugural\n1970-01-01 · 1:02:03 · en · moonshine-tiny-en\n\nSPEAKER_00 · 0:00\n\nAsk not & <wonder>.\n\n',
    );
    expect(Buffer.from(pdf).equals(Buffer.from(await make()))).toBe(true);
  });

  test('breaks lines inside the page, and goes on on the next', async () => {
    const words = Array.from({ length: 1500 }, (_, i) => `word${i}`);
    const pdf = await toPdf(saying(words.join(' ')), { fonts: fonts(0) });
    const text = read(pdf);
    expect(text.match(/word\d+/g)).toEqual(words);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(100);
    expect(execFileSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' })).toMatch(/Pages: +[2-9]/);
  });

  test('Gujarati is set in the font that has it, Hebrew from right to left with its numbers', async () => {
    const pdf = await toPdf(saying('ભાષા and שלום (עולם) 42 עוד', 'gu'), { fonts: fonts(0, 1, 2) });
    expect(read(pdf)).toContain('ભાષા and');
    const hebrew = await toPdf(saying('שלום עולם 42 עוד', 'he'), { fonts: fonts(0, 2) });
    const boxes = execFileSync('pdftotext', ['-bbox', '-', '-'], { input: hebrew, encoding: 'utf8' });
    // -bbox gives the letters as they stand, from left to right.
    const at = (word: string) => Number(new RegExp(`xMin="([\\d.]+)"[^>]*>${word}<`).exec(boxes)?.[1]);
    const [x1, x2, x3, x4] = ['םולש', 'םלוע', '42', 'דוע'].map(at) as [number, number, number, number];
    expect(x1 > x2 && x2 > x3 && x3 > x4 && x4 > 300).toBe(true);
    const used = execFileSync('pdffonts', ['-'], { input: pdf, encoding: 'utf8' });
    for (const name of ['NotoSans-Regular', 'NotoSansGujarati', 'NotoSansHebrew'])
      expect(used).toContain(name);
  });

  test('letters that no font has are an error that names their script, symbols are not', async () => {
    const work = toPdf(saying('ભાષા שלום 走'), { fonts: fonts(0) });
    await expect(work).rejects.toMatchObject({
      code: 'font_missing',
      scripts: ['Gujarati', 'Han', 'Hebrew'],
    });
    expect(read(await toPdf(saying('smile 😀'), { fonts: fonts(0) }))).toContain('smile');
  });
});

test('a PDF needs a font', async () => {
  await expect(toPdf(transcript, { fonts: [] })).rejects.toThrow(/^fonts /);
});

describe('lines', () => {
  const pieces = (text: string) =>
    findBreaks(text).map((place, at, all) => text.slice(all[at - 1] ?? 0, place));

  test('end after spaces and hyphens, between ideographs, and between words of Thai', () => {
    expect(pieces('ask not well-known, you.')).toEqual(['ask ', 'not ', 'well-', 'known, ', 'you.']);
    expect(pieces('今日は、「天気」です。')).toEqual(['今', '日', 'は、', '「天', '気」', 'で', 'す。']);
    expect(pieces('ちょっとabc待って')).toEqual(['ちょっ', 'と', 'abc', '待っ', 'て']);
    expect(pieces('ภาษาไทย')).toEqual(['ภาษา', 'ไทย']);
    expect(pieces('ગુજરાતી ભાષા')).toEqual(['ગુજરાતી ', 'ભાષા']);
  });

  test('are as long as fits; a word that is longer than a line is cut between characters', () => {
    const lines = (text: string, width: number) =>
      breakLines(text, width, (start, end) => end - start).map(([start, end]) => text.slice(start, end));
    expect(lines('ask not what you', 7)).toEqual(['ask not', 'what', 'you']);
    expect(lines(`a ${'b'.repeat(12)} c`, 5)).toEqual(['a', 'bbbbb', 'bbbbb', 'bb c']);
    expect(lines('', 5)).toEqual([]);
    for (const width of [1, 3, 8])
      expect(lines('ask notwhatyoucando  for me', width).join('').replaceAll(' ', '')).toBe(
        'asknotwhatyoucandoforme',
      );
  });

  test('runs stand in the order of the Unicode algorithm, brackets mirrored', async () => {
    const directed = await loadBidi();
    const hebrew = directed('שלום (abc 12) 34');
    expect(hebrew.rtl).toBe(true);
    expect(
      hebrew
        .logicalRuns()
        .map(({ text }) => text)
        .join(''),
    ).toBe(hebrew.text);
    expect(hebrew.visualRuns()).toEqual(
      [
        { text: '34', rtl: false },
        { text: ') ', rtl: true },
        { text: 'abc 12', rtl: false },
        { text: 'שלום (', rtl: true },
      ].map((run) => ({
        ...run,
        text: run.rtl ? run.text.replace(/[()]/g, (mark) => (mark === '(' ? ')' : '(')) : run.text,
      })),
    );
    expect(directed('abc שלום').visualRuns()).toEqual([
      { text: 'abc ', rtl: false },
      { text: 'שלום', rtl: true },
    ]);
  });
});
