/**
 * Fonts for a PDF, from those of this computer: fontconfig's `fc-match` is asked for one that has the letters of the transcript,
 * script by script, until all are covered. Nothing is downloaded; what is missing is named with the package that has it.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { PdfFont } from '@sealscribe/sdk-node';
import { CliError } from './exit-codes.js';

/** Letters that one question carries; fc-match takes the font that has most of them. */
const SAMPLE = 60;

/** The given font files, or fonts of this computer that together have every letter of the text. */
export async function loadFonts(text: string, files: readonly string[]): Promise<PdfFont[]> {
  if (files.length > 0) return Promise.all(files.map(async (file) => ({ data: await readFile(file) })));
  const found = await findFonts(text);
  return Promise.all(found.map(async ({ file, name }) => ({ data: await readFile(file), name })));
}

/** A font of this computer: its file, and its PostScript name in it. */
interface Found {
  file: string;
  name: string;
}

/**
 * Asks fontconfig.
 * @throws CliError `notFound` naming the package to install
 */
async function findFonts(text: string): Promise<Found[]> {
  const missing = new Set(
    [...new Set(text)].filter((character) => /[\p{L}\p{N}\p{M}\p{P}]/u.test(character)),
  );
  const fonts: Found[] = [];
  // Latin first: it sets times and punctuation, and is what the other fonts are chosen to stand beside.
  let wanted = ['a', '0', '·'];
  while (wanted.length > 0) {
    const font = await matchFont(wanted);
    const before = missing.size;
    for (const character of missing) if (font.has(character)) missing.delete(character);
    if (fonts.length > 0 && missing.size === before) {
      // Punctuation and rare signs may lack; letters may not.
      if (wanted.some((character) => /\p{L}/u.test(character))) throw missingFont(wanted[0] ?? '');
      for (const character of wanted) missing.delete(character);
    } else if (!fonts.some(({ name }) => name === font.name)) {
      fonts.push({ file: font.file, name: font.name });
    }
    const [next] = [...missing].sort(lettersFirst);
    const script = next === undefined ? undefined : scriptOf(next);
    wanted = [...missing].filter((character) => scriptOf(character) === script).slice(0, SAMPLE);
  }
  return fonts;
}

const lettersFirst = (a: string, b: string) => Number(/\p{L}/u.test(b)) - Number(/\p{L}/u.test(a));

async function matchFont(
  characters: readonly string[],
): Promise<Found & { has(character: string): boolean }> {
  const charset = characters.map((character) => character.codePointAt(0)?.toString(16)).join(' ');
  const pattern = `sans-serif:variable=false:color=false:charset=${charset}`;
  let line: string;
  try {
    const format = '%{file}\t%{postscriptname}\t%{charset}';
    line = (await promisify(execFile)('fc-match', ['-f', format, pattern])).stdout;
  } catch (error) {
    throw new CliError(
      'notFound',
      'fc-match, which finds fonts, cannot be run: install fontconfig, or name fonts with --font FILE.',
      { cause: error },
    );
  }
  const [file = '', name = '', ranges = ''] = line.split('\t');
  const spans = ranges.split(' ').map((range) => range.split('-').map((hex) => parseInt(hex, 16)));
  const has = (character: string) => {
    const point = character.codePointAt(0) ?? 0;
    return spans.some(([from = 0, to = from]) => point >= from && point <= to);
  };
  return { file, name, has };
}

/** Scripts by the package of Debian and Ubuntu that has a font for them; every other one is in the last. */
const PACKAGES: readonly [string, RegExp][] = [
  [
    'fonts-noto-cjk',
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  ],
  ['fonts-noto-core', /./su],
];

function missingFont(character: string): CliError {
  const [name] = PACKAGES.find(([, script]) => script.test(character)) ?? ['fonts-noto-core'];
  return new CliError(
    'notFound',
    `No font of this computer has all letters of ${scriptOf(character) ?? 'this text'}: install ${name} (Debian, Ubuntu), or name fonts with --font FILE.`,
  );
}

const SCRIPTS = (
  'Latin Greek Cyrillic Armenian Georgian Hebrew Arabic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada ' +
  'Malayalam Sinhala Thai Lao Tibetan Myanmar Khmer Ethiopic Hangul Hiragana Katakana Bopomofo Han'
)
  .split(' ')
  .map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const);

const scriptOf = (character: string): string | undefined =>
  SCRIPTS.find(([, pattern]) => pattern.test(character))?.[0];
