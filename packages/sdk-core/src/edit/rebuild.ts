/**
 * What every edit shares: the rules that hold for a whole transcript however its segments were changed. Ids count from 0, the
 * text is the segments' texts joined by single spaces, speakers stand in order of appearance, times are whole milliseconds.
 */
import type { Segment, Transcript } from '@sealscribe/protocol';

/** The transcript with these segments in the place of its own, everything that follows from them made anew. */
export function withSegments(transcript: Transcript, segments: readonly Segment[]): Transcript {
  const numbered = segments.map((segment, id) => (segment.id === id ? segment : { ...segment, id }));
  const speakers = new Set(numbered.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])));
  return {
    ...transcript,
    text: numbered.map(({ text }) => text).join(' '),
    segments: numbered,
    speakers: [...speakers],
  };
}

/**
 * The segment with this id.
 * @throws RangeError naming the argument
 */
export function segmentAt({ segments }: Transcript, id: number, argument = 'id'): Segment {
  const segment = Number.isSafeInteger(id) ? segments[id] : undefined;
  if (!segment) throw new RangeError(`${argument} must be the id of a segment of this transcript`);
  return segment;
}

/** The transcript with `count` segments from `first` on replaced by others. */
export function replaceSegments(
  transcript: Transcript,
  first: number,
  count: number,
  ...segments: Segment[]
): Transcript {
  const all = [...transcript.segments];
  all.splice(first, count, ...segments);
  return withSegments(transcript, all);
}

/** Seconds to whole milliseconds, as the vault keeps them. */
export const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
