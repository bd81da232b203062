/**
 * From segments to cues that can be read: at most seven seconds and two lines of 42 characters, as subtitling guidelines have it
 * (BBC, Netflix), cut between words at ends of sentences, commas and pauses. Text without word times, or with another text than
 * its words (somebody has corrected it), stays one cue as long as it is: nobody knows where it could be cut.
 */
import type { Segment, Word } from './transcript.js';

const LINE = 42;
const LONGEST = 7;
/** Seconds that a cue stays after its last word, when the next one leaves room. */
const LINGER = 0.5;
// What the cuts of a segment cost together is made as low as it can be.
const PER_CUE = 60;
const SHORT_CUE = 30;
const SHORT = 1;
const AFTER_SENTENCE = -60;
const AFTER_CLAUSE = -30;
const PER_SECOND_OF_PAUSE = -40;

/** What is on the screen at one time. */
export interface Cue {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  /** One or two lines, parted by LF; more where the segment could not be cut. */
  readonly text: string;
}

/** The cues of a segment. `label` characters are kept free in the first line of the first. */
export function cutIntoCues(segment: Segment, label = 0): Cue[] {
  const { start, end, text, words } = segment;
  if (words.length === 0 || text !== words.map(({ word }) => word).join(' ')) return [{ start, end, text }];
  const cuts = findCuts(words, label);
  return cuts.slice(1).map((to, i) => {
    const from = cuts[i] ?? 0;
    const first = words[from]?.start ?? start;
    const last = words[to - 1]?.end ?? end;
    const next = words[to]?.start;
    const lines = breakLines(words.slice(from, to), from === 0 ? label : 0);
    return {
      start: from === 0 ? start : first,
      end: next === undefined ? end : Math.min(next, last + LINGER, Math.max(last, first + LONGEST)),
      text: (lines ?? [joined(words.slice(from, to))]).join('\n'),
    };
  });
}

/** Positions of words at which cues begin, and the number of words: those that cost least (dynamic programming). */
function findCuts(words: readonly Word[], label: number): number[] {
  const best = [{ cost: 0, from: 0 }];
  for (let to = 1; to <= words.length; to++) {
    let choice = { cost: Infinity, from: to - 1 };
    for (let from = to - 1; from >= 0; from--) {
      const inside = words.slice(from, to);
      const readable = fits(inside, from === 0 ? label : 0);
      // A single word is shown however long it is.
      if (!readable && inside.length > 1) break;
      const cost = (best[from]?.cost ?? 0) + costOf(inside, words[to]);
      if (cost < choice.cost) choice = { cost, from };
    }
    best.push(choice);
  }
  const cuts = [words.length];
  while (cuts[0] !== undefined && cuts[0] > 0) cuts.unshift(best[cuts[0]]?.from ?? 0);
  return cuts;
}

function fits(words: readonly Word[], label: number): boolean {
  return lengthOf(words) <= LONGEST && breakLines(words, label) !== undefined;
}

function costOf(words: readonly Word[], next: Word | undefined): number {
  const last = words[words.length - 1];
  const short = lengthOf(words) < SHORT ? SHORT_CUE : 0;
  if (last === undefined || next === undefined) return PER_CUE + short;
  const pause = Math.min(1, Math.max(0, next.start - last.end));
  return PER_CUE + short + endingOf(last.word) + PER_SECOND_OF_PAUSE * pause;
}

function endingOf(word: string): number {
  if (/[.?!…]["'”’)]*$/u.test(word)) return AFTER_SENTENCE;
  return /[,;:–—]["'”’)]*$/u.test(word) ? AFTER_CLAUSE : 0;
}

/** One line, or two that are about equally long; undefined when they do not fit. */
function breakLines(words: readonly Word[], label: number): string[] | undefined {
  const whole = joined(words);
  if (whole.length + label <= LINE) return [whole];
  let best: { lines: string[]; cost: number } | undefined;
  for (let at = 1; at < words.length; at++) {
    const lines = [joined(words.slice(0, at)), joined(words.slice(at))];
    const width = Math.max((lines[0]?.length ?? 0) + label, lines[1]?.length ?? 0);
    const cost = width + endingOf(words[at - 1]?.word ?? '') / 6;
    if (width <= LINE && cost < (best?.cost ?? Infinity)) best = { lines, cost };
  }
  return best?.lines;
}

const joined = (words: readonly Word[]): string => words.map(({ word }) => word).join(' ');

const lengthOf = (words: readonly Word[]): number =>
  (words[words.length - 1]?.end ?? 0) - (words[0]?.start ?? 0);
