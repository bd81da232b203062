/** The text of a segment cut at its words, so that each can be clicked and lit while the rest of the text stays as it is. */
import type { Segment } from '@sealscribe/sdk-browser';

/** A piece of a segment's text: a word that has times, or what stands between two of them. */
export interface Piece {
  text: string;
  /** Position in `segment.words`; undefined for what lies between. */
  word?: number;
}

/** The pieces of a segment, which joined give its text; words that the text does not hold any more are left out. */
export function piecesOf({ text, words }: Pick<Segment, 'text' | 'words'>): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  words.forEach(({ word }, index) => {
    const start = word === '' ? -1 : text.indexOf(word, at);
    if (start < 0) return;
    if (start > at) pieces.push({ text: text.slice(at, start) });
    pieces.push({ text: word, word: index });
    at = start + word.length;
  });
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** Which word is spoken at a time. */
export interface Spoken {
  segment: number;
  /** Undefined where the segment has no word times. */
  word: number | undefined;
}

/** The word that is spoken at `time` seconds, or was last; undefined before the first segment. */
export function spokenAt(segments: readonly Segment[], time: number): Spoken | undefined {
  const segment = segments[lastStarted(segments, time)];
  if (!segment) return undefined;
  const word = lastStarted(segment.words, time);
  return { segment: segment.id, word: word < 0 ? undefined : word };
}

/** Position of the last that began by `time`; -1 where none did. */
function lastStarted(timed: readonly { start: number }[], time: number): number {
  let [low, high] = [0, timed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timed[middle]?.start ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
