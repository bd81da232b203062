/**
 * Edits of segments: their text, where one ends and the next begins, when they are spoken. Pure functions: each gives a new
 * transcript and leaves the one it got as it was. Word times stay where words stay (word-times.ts).
 */
import type { Segment, Transcript } from '@sealscribe/protocol';
import { replaceSegments, segmentAt, toMilliseconds, withSegments } from './rebuild.js';
import { isUnspaced, retime, splitWords } from './word-times.js';

/**
 * Changes what a segment says; words that stay keep their times, new ones get times in between and no confidence.
 *
 * @param id The segment's id.
 * @throws RangeError when there is no such segment; TypeError when `text` is not a string
 */
export function setText(transcript: Transcript, id: number, text: string): Transcript {
  if (typeof text !== 'string') throw new TypeError('text must be a string');
  const segment = segmentAt(transcript, id);
  const { words, start, end } = segment;
  const retimed =
    words.length === 0 ? [] : retime(words, splitWords(text, words, transcript.language), { start, end });
  return replaceSegments(transcript, id, 1, { ...segment, text, words: retimed });
}

/**
 * Cuts a segment in two.
 *
 * @param id The segment's id.
 * @param offset Where in its text, in UTF-16 units as a text field counts; spaces around the cut are dropped.
 * @throws RangeError when there is no such segment, or when one side would be empty
 */
export function splitSegment(transcript: Transcript, id: number, offset: number): Transcript {
  const segment = segmentAt(transcript, id);
  const { text, words, start, end } = segment;
  const [left, right] = [text.slice(0, offset).trimEnd(), text.slice(offset).trimStart()];
  const inside = Number.isSafeInteger(offset) && offset > 0 && left.trim() !== '' && right !== '';
  if (!inside || /^[\uDC00-\uDFFF]/.test(right))
    throw new RangeError('offset must lie inside the text of the segment, between two characters');
  const share = [...left].length / ([...left].length + [...right].length);
  let times = { left: toMilliseconds(start + (end - start) * share), right: 0 };
  times.right = times.left;
  const before = splitWords(left, words, transcript.language);
  const after = splitWords(right, words, transcript.language);
  const retimed = words.length === 0 ? [] : retime(words, [...before, ...after], { start, end });
  const [last, first] = [retimed[before.length - 1], retimed[before.length]];
  if (last && first) times = { left: last.end, right: first.start };
  return replaceSegments(
    transcript,
    id,
    1,
    { ...segment, text: left, end: times.left, words: retimed.slice(0, before.length) },
    { ...segment, text: right, start: times.right, words: retimed.slice(before.length) },
  );
}

/**
 * Makes one segment of several that follow each other. It has the first one's speaker, and word times only if all of them had.
 *
 * @param first Id of the first of them.
 * @param last Id of the last of them.
 * @throws RangeError when they are not two segments of this transcript in this order
 */
export function mergeSegments(transcript: Transcript, first: number, last: number): Transcript {
  const { start, speaker } = segmentAt(transcript, first, 'first');
  segmentAt(transcript, last, 'last');
  if (last <= first) throw new RangeError('last must come after first');
  const parts = transcript.segments.slice(first, last + 1);
  const timed = parts.every(({ words, text }) => words.length > 0 || text.trim() === '');
  const merged: Segment = {
    id: first,
    start: Math.min(start, ...parts.map((part) => part.start)),
    end: Math.max(...parts.map((part) => part.end)),
    text: parts.map(({ text }) => text).reduce(joinTexts),
    speaker,
    confidence: meanConfidence(parts),
    words: timed ? parts.flatMap(({ words }) => words).sort((a, b) => a.start - b.start) : [],
  };
  return replaceSegments(transcript, first, parts.length, merged);
}

/** Two texts with a space between them, unless both sides are of a script that has none. */
function joinTexts(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return isUnspaced([...a].at(-1) ?? '') && isUnspaced([...b][0] ?? '') ? a + b : `${a} ${b}`;
}

/** Mean of the known confidences, weighed by duration; null where none is known. */
function meanConfidence(parts: readonly Segment[]): number | null {
  let [sum, weight] = [0, 0];
  for (const { start, end, confidence } of parts) {
    if (confidence === null) continue;
    const length = Math.max(end - start, 0.001);
    sum += confidence * length;
    weight += length;
  }
  return weight === 0 ? null : sum / weight;
}

/**
 * Moves all times, or those of some segments, by so many seconds; a transcript that then reaches beyond its recording gets longer.
 *
 * @param seconds Later where positive, earlier where negative.
 * @param options.from Id of the first segment to move; the first by default.
 * @param options.to Id of the last segment to move; the last by default.
 * @throws RangeError when something would begin before the recording, or there are no such segments
 */
export function shiftTimes(
  transcript: Transcript,
  seconds: number,
  options: { from?: number; to?: number } = {},
): Transcript {
  const { segments } = transcript;
  const { from = 0, to = segments.length - 1 } = options;
  if (!Number.isFinite(seconds)) throw new RangeError('seconds must be a number');
  segmentAt(transcript, from, 'from');
  segmentAt(transcript, to, 'to');
  const move = <T extends { start: number; end: number }>(timed: T): T => {
    const [start, end] = [toMilliseconds(timed.start + seconds), toMilliseconds(timed.end + seconds)];
    if (start < 0) throw new RangeError('seconds must not move anything before the start of the recording');
    return { ...timed, start, end };
  };
  const moved = segments.map((segment) =>
    segment.id < from || segment.id > to ? segment : { ...move(segment), words: segment.words.map(move) },
  );
  const duration = Math.max(transcript.duration, ...moved.map(({ end }) => end));
  return { ...withSegments(transcript, moved), duration };
}
