/**
 * Word times for a text that a person has changed. Old and new words are aligned by edit distance (Levenshtein, in the dynamic
 * programme of Wagner and Fischer, J. ACM 21(1), 1974); a word that is still there keeps its times, a run of new ones shares the
 * time of the run it replaces, by length. Case and punctuation do not make another word.
 */
import type { Word } from '@sealscribe/protocol';
import { toMilliseconds } from './rebuild.js';

/** Seconds. */
interface Span {
  start: number;
  end: number;
}

/** Cells of the alignment's table at most (16 MB); a longer change shares its time by length alone. */
const MAX_CELLS = 4_000_000;

/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a text belongs to a script that puts no spaces between words. */
export const isUnspaced = (text: string): boolean => UNSPACED.test(text);

/**
 * The words of a text: what stands between spaces, and in scripts without spaces what Intl.Segmenter finds, punctuation with the
 * word before it. Where the recogniser's own words were single characters, so are these.
 */
export function splitWords(text: string, old: readonly Word[], language: string): string[] {
  const unspaced = old.filter(({ word }) => isUnspaced(word));
  const granularity =
    unspaced.length > 0 && unspaced.every(({ word }) => [...word].length === 1) ? 'grapheme' : 'word';
  const pieces = text.split(/\s+/u).filter((piece) => piece !== '');
  if (!pieces.some(isUnspaced)) return pieces;
  const segmenter = new Intl.Segmenter(supported(language), { granularity });
  return pieces.flatMap((piece) => (isUnspaced(piece) ? cutPiece(piece, segmenter) : [piece]));
}

function supported(language: string): string | undefined {
  try {
    return Intl.Segmenter.supportedLocalesOf(language)[0];
  } catch {
    return undefined;
  }
}

function cutPiece(piece: string, segmenter: Intl.Segmenter): string[] {
  const words: string[] = [];
  for (const { segment } of segmenter.segment(piece)) {
    const last = words.length - 1;
    if (last >= 0 && !/[\p{L}\p{N}]/u.test(segment)) words[last] += segment;
    else words.push(segment);
  }
  return words;
}

/** Gives each of the new words its times within `span`, from the words that stood there. */
export function retime(old: readonly Word[], words: readonly string[], span: Span): Word[] {
  const result: Word[] = [];
  let from = 0;
  let to = 0;
  const close = (oldEnd: number, newEnd: number) => {
    const before = result.at(-1)?.end ?? span.start;
    // What was replaced gives its time; what was put in between has the gap there.
    const replaced = from < oldEnd;
    const start = replaced ? Math.max(before, old[from]?.start ?? before) : before;
    const end = replaced ? old[oldEnd - 1]?.end : (old[oldEnd]?.start ?? span.end);
    result.push(...shareTime(words.slice(to, newEnd), { start, end: Math.max(start, end ?? start) }));
  };
  for (const [position, match] of align(old, words).entries()) {
    if (match === undefined) continue;
    close(match, position);
    const kept = old[match]!;
    const start = Math.max(kept.start, result.at(-1)?.end ?? 0);
    result.push({ ...kept, word: words[position]!, start, end: Math.max(start, kept.end) });
    from = match + 1;
    to = position + 1;
  }
  close(old.length, words.length);
  return result;
}

/** New words that share a span by their lengths. */
function shareTime(words: readonly string[], { start, end }: Span): Word[] {
  const lengths = words.map((word) => [...word].length);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  let before = 0;
  return words.map((word, position) => {
    const at = (length: number) => toMilliseconds(start + ((end - start) * length) / all);
    const from = at(before);
    before += lengths[position] ?? 0;
    return { word, start: from, end: at(before), confidence: null };
  });
}

/** A word without case and punctuation. */
function keyOf(word: string): string {
  const letters = word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');
  return letters === '' ? word : letters;
}

/** For each new word the position of the old word that it is, in rising order; undefined for those that are new. */
function align(old: readonly Word[], words: readonly string[]): (number | undefined)[] {
  const a = old.map(({ word }) => keyOf(word));
  const b = words.map(keyOf);
  const result: (number | undefined)[] = words.map(() => undefined);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) result[start] = start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) result[--endB] = --endA;
  const [rows, columns] = [endA - start + 1, endB - start + 1];
  if (rows * columns > MAX_CELLS) return result;
  // cost[i][j]: changes that make the last words of `a` from i on the last words of `b` from j on.
  const cost = new Uint32Array(rows * columns);
  const at = (i: number, j: number) => cost[i * columns + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--) {
      if (i === rows - 1 || j === columns - 1) cost[i * columns + j] = rows - 1 - i + (columns - 1 - j);
      else {
        const same = a[start + i] === b[start + j] ? 0 : 1;
        cost[i * columns + j] = Math.min(at(i + 1, j + 1) + same, at(i + 1, j) + 1, at(i, j + 1) + 1);
      }
    }
  for (let i = 0, j = 0; i < rows - 1 && j < columns - 1;) {
    const same = a[start + i] === b[start + j];
    if (at(i, j) === at(i + 1, j + 1) + (same ? 0 : 1)) {
      if (same) result[start + j] = start + i;
      i++;
      j++;
    } else if (at(i, j) === at(i + 1, j) + 1) i++;
    else j++;
  }
  return result;
}
