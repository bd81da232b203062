/**
 * Text as a search compares it: without case, without the marks that people leave out when they type, in one of several forms
 * that mean the same. By code point: compatibility decomposition (full-width forms, ligatures, half-width kana), full case folding
 * (ß is ss, İ and ı are i), then the Latin, Greek, Cyrillic, Hebrew and Arabic marks go, and Arabic letters are unified as in
 * Lucene's ArabicNormalizer. Vowel signs of Indic scripts and the voicing marks of kana stay: without them it is another word.
 */

/** Marks, joiners and invisible characters that no search asks for. */
const DROPPED =
  /[\ufe00-\ufe0f\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0640\u061c\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** What decomposition does not tell: letters with a stroke, digraphs, quotes and dashes, Arabic and Persian letters. */
const SAME: Readonly<Record<string, string>> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ŧ: 't', æ: 'ae', œ: 'oe', ð: 'd', þ: 'th' },
  ...{ '‘': "'", '’': "'", ʼ: "'", '‛': "'", '“': '"', '”': '"', '„': '"', '«': '"', '»': '"' },
  ...{ '‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '−': '-', '־': '-' },
  ...{ ٱ: 'ا', ى: 'ي', ی: 'ي', ة: 'ه', ک: 'ك' },
};

/** Digits of scripts that people also type as 0 to 9, by their zero. */
const ZEROS = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50,
];

function foldPoint(point: string): string {
  const code = point.codePointAt(0) ?? 0;
  const zero = ZEROS.find((digit) => code >= digit && code < digit + 10);
  if (zero !== undefined) return String(code - zero);
  const folded = point.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD');
  let result = '';
  for (const part of folded.replace(DROPPED, '')) result += /\s/u.test(part) ? ' ' : (SAME[part] ?? part);
  return result;
}

const points = new Map<string, string>();

/** A code point folded; there are not many different ones, so all are kept. */
function foldKnown(point: string): string {
  let folded = points.get(point);
  if (folded === undefined) points.set(point, (folded = foldPoint(point)));
  return folded;
}

/** Runs beyond ASCII, mostly words: people repeat themselves. */
const runs = new Map<string, string>();
const MOST_RUNS = 20_000;

function foldRun(run: string): string {
  let folded = runs.get(run);
  if (folded !== undefined) return folded;
  folded = '';
  for (const point of run) folded += foldKnown(point);
  if (runs.size >= MOST_RUNS) runs.clear();
  runs.set(run, folded);
  return folded;
}

/** The folded text; runs of white space are one space. */
export const fold = (text: string): string => foldLines(text.replaceAll('\n', ' '));

/** The same, but line ends stay where they are. */
export function foldLines(text: string): string {
  // What is printable ASCII needs no table, and that is most of many languages.
  const folded = text.replace(/[^\n\x20-\x7e]+/g, foldRun).toLowerCase();
  return folded.includes('  ') ? folded.replace(/ {2,}/g, ' ') : folded;
}

/** A folded text, and where each of its UTF-16 units comes from. */
export interface FoldedText {
  folded: string;
  /** Start in the original text of the code point that each unit came from. */
  starts: number[];
  /** Its end. */
  ends: number[];
}

/** The same as {@link fold}, with the way back to the original. */
export function foldWithMap(text: string): FoldedText {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const point of text) {
    const end = at + point.length;
    for (const unit of foldKnown(point).split('')) {
      if (unit === ' ' && folded.endsWith(' ')) ends[ends.length - 1] = end;
      else {
        folded += unit;
        starts.push(at);
        ends.push(end);
      }
    }
    at = end;
  }
  return { folded, starts, ends };
}
