/**
 * Where several transcripts of one recording have different words. All models are given the same segments, so words are aligned
 * within each segment alone, by edit distance (Wagner and Fischer 1974) to the first transcript that has the segment. Case and
 * punctuation are models' taste and make no difference.
 */
import type { Segment, Transcript, WordDifference } from '@sealscribe/protocol';

interface Heard {
  readonly model: string;
  readonly words: readonly string[];
  /** Start of each word, or of the segment where the model does not tell. */
  readonly times: readonly number[];
}

/** One word of the first transcript, or none, and what each of the others has in its place. */
type Column = readonly (readonly string[])[];

/** All differences, in order of time. */
export function findDifferences(
  results: readonly { readonly model: string; readonly transcript: Transcript }[],
): WordDifference[] {
  const starts = new Set(results.flatMap(({ transcript }) => transcript.segments.map(({ start }) => start)));
  return [...starts]
    .sort((a, b) => a - b)
    .flatMap((start) =>
      compareSegment(
        start,
        results.map(({ model, transcript }) =>
          heardIn(
            model,
            start,
            transcript.segments.find((segment) => segment.start === start),
          ),
        ),
      ),
    );
}

function heardIn(model: string, start: number, segment: Segment | undefined): Heard {
  const words = segment?.text.split(/\s+/).filter((word) => plain(word) !== '') ?? [];
  const timed = segment?.words.filter(({ word }) => plain(word) !== '') ?? [];
  const times = words.map((_, i) => (timed.length === words.length ? (timed[i]?.start ?? start) : start));
  return { model, words, times };
}

const plain = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function compareSegment(start: number, heard: readonly Heard[]): WordDifference[] {
  const [first] = heard;
  if (first === undefined) return [];
  const others = heard.slice(1).map(({ words }) => align(first.words, words));
  // Before each word of the first, what only others have; then the word itself.
  const columns: Column[] = [];
  const times: number[] = [];
  for (let i = 0; i <= first.words.length; i++) {
    const at = first.times[i] ?? first.times.at(-1) ?? start;
    columns.push([[], ...others.map(({ before }) => before[i] ?? [])]);
    times.push(at);
    const word = first.words[i];
    if (word === undefined) break;
    columns.push([[word], ...others.map(({ instead }) => instead[i] ?? [])]);
    times.push(at);
  }
  const differences: WordDifference[] = [];
  let open: { at: number; words: string[][] } | undefined;
  const close = () => {
    if (open === undefined) return;
    const { at, words } = open;
    const variants = heard.map(({ model }, i) => ({ model, words: words[i] ?? [] }));
    differences.push({ at, variants });
    open = undefined;
  };
  columns.forEach((column, i) => {
    if (column.every((words) => words.length === 0)) return;
    if (isSame(column)) return close();
    open ??= { at: times[i] ?? start, words: heard.map(() => []) };
    column.forEach((words, k) => open?.words[k]?.push(...words));
  });
  close();
  return differences;
}

const isSame = ([first = [], ...others]: Column): boolean =>
  others.every((words) => words.map(plain).join(' ') === first.map(plain).join(' '));

/** For each word of `a`, the words of `b` in its place and those before it; one more entry for the end. */
function align(a: readonly string[], b: readonly string[]): { instead: string[][]; before: string[][] } {
  const width = b.length + 1;
  const cost = new Uint32Array((a.length + 1) * width);
  for (let j = 1; j <= b.length; j++) cost[j] = j;
  for (let i = 1; i <= a.length; i++) {
    cost[i * width] = i;
    for (let j = 1; j <= b.length; j++) {
      const swap = (cost[(i - 1) * width + j - 1] ?? 0) + differs(a[i - 1], b[j - 1]);
      const drop = (cost[(i - 1) * width + j] ?? 0) + 1;
      const add = (cost[i * width + j - 1] ?? 0) + 1;
      cost[i * width + j] = Math.min(swap, drop, add);
    }
  }
  const instead: string[][] = a.map(() => []);
  const before: string[][] = Array.from({ length: a.length + 1 }, () => []);
  for (let i = a.length, j = b.length; i > 0 || j > 0;) {
    const here = cost[i * width + j] ?? 0;
    const swap =
      i > 0 && j > 0 && here === (cost[(i - 1) * width + j - 1] ?? 0) + differs(a[i - 1], b[j - 1]);
    const word = b[j - 1] ?? '';
    if (swap) {
      instead[--i]?.unshift(word);
      j--;
    } else if (j > 0 && here === (cost[i * width + j - 1] ?? 0) + 1) {
      before[i]?.unshift(word);
      j--;
    } else i--;
  }
  return { instead, before };
}

const differs = (a = '', b = ''): number => (plain(a) === plain(b) ? 0 : 1);
