/**
 * What is shared of a transcript: a new document, built from the fields that are named here and no others. It is a copy of the moment;
 * later edits do not reach it. A range holds what was spoken in it and nothing before or after.
 */
import type { Segment, ShareDocument, Transcript, Word } from '@sealscribe/protocol';
import { toDocuments } from '../documents.js';
import { withSegments } from '../edit/rebuild.js';
import type { VaultTranscript } from '../vault-types.js';

/** What of a transcript is shared. */
export interface SnapshotOptions {
  /** Only what is spoken from here to there, in seconds; the whole by default. */
  range?: readonly [from: number, to: number];
  /** False leaves the names of speakers out. */
  speakers?: boolean;
  /** False leaves the times of words out. */
  wordTimes?: boolean;
  /** False leaves the title out. */
  title?: boolean;
}

/** Seconds by which a segment without word times may reach over the edge of a range: people read times in whole seconds. */
const TOLERANCE = 0.5;

/** @throws RangeError or TypeError naming the option that is wrong */
export function checkSnapshotOptions({ range, speakers, wordTimes, title }: SnapshotOptions): void {
  for (const [name, value] of Object.entries({ speakers, wordTimes, title }))
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(`${name} must be true or false`);
  if (range === undefined) return;
  const [from, to] = range;
  if (!(range.length === 2 && from >= 0 && to > from && Number.isFinite(to)))
    throw new RangeError('range must be two times in seconds, the earlier one first');
}

/**
 * Builds the document to share.
 * @throws RangeError when nothing was said in the range
 */
export function toSnapshot(
  { title, transcript }: Pick<VaultTranscript, 'title' | 'transcript'>,
  options: SnapshotOptions,
): ShareDocument {
  const { range } = options;
  let shared = range ? cut(transcript, range) : transcript;
  if (options.speakers === false) shared = withoutSpeakers(shared);
  const { summary, transcript: body, words } = toDocuments(shared);
  return {
    title: options.title === false ? null : title,
    language: summary.language,
    duration: summary.duration,
    speakers: summary.speakers,
    model: summary.model,
    range: range ? [Math.round(range[0] * 1000), Math.round(range[1] * 1000)] : null,
    transcript: body,
    words: options.wordTimes === false ? null : words,
  };
}

function withoutSpeakers(transcript: Transcript): Transcript {
  const segments = transcript.segments.map((segment) => ({ ...segment, speaker: null }));
  return { ...transcript, segments, speakers: [] };
}

function cut(transcript: Transcript, [from, to]: readonly [number, number]): Transcript {
  const segments = transcript.segments.flatMap((segment) => cutSegment(segment, from, to));
  if (segments.length === 0) throw new RangeError('range must hold something that was said');
  return { ...withSegments(transcript, segments), duration: Math.min(transcript.duration, to) };
}

/** The part of a segment that lies in the range: none or one. */
function cutSegment(segment: Segment, from: number, to: number): Segment[] {
  const clamp = <T extends { start: number; end: number }>(timed: T): T => ({
    ...timed,
    start: Math.min(Math.max(timed.start, from), to),
    end: Math.max(Math.min(timed.end, to), from),
  });
  const { words, start, end } = segment;
  if (words.length === 0) {
    const isInside = start >= from - TOLERANCE && end <= to + TOLERANCE && end > from && start < to;
    return isInside ? [clamp(segment)] : [];
  }
  // A word on the edge belongs to the side on which its middle lies.
  const isInside = (word: Word) => {
    const middle = (word.start + word.end) / 2;
    return middle >= from && middle <= to;
  };
  const kept = words.filter(isInside);
  if (kept.length === 0) return [];
  const inside = kept.map(clamp);
  if (kept.length === words.length) return [{ ...clamp(segment), words: inside }];
  return [
    {
      ...segment,
      start: inside[0]!.start,
      end: inside.at(-1)!.end,
      text: textOf(segment, isInside),
      confidence: null,
      words: inside,
    },
  ];
}

/** The text of the words that are inside: as it stands in the segment where they follow each other there, else joined. */
function textOf({ text, words }: Segment, isInside: (word: Word) => boolean): string {
  const pieces: string[] = [];
  let at = 0;
  let previous: number | undefined;
  for (const word of words) {
    const start = text.indexOf(word.word, at);
    if (start < 0)
      return words
        .filter(isInside)
        .map((kept) => kept.word)
        .join(' ');
    const end = start + word.word.length;
    if (isInside(word)) pieces.push(text.slice(previous ?? start, end));
    previous = isInside(word) ? end : undefined;
    at = end;
  }
  return pieces.join('');
}
