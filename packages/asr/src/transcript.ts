/**
 * From recognised segments to the transcript that everybody passes on: times in seconds of the recording, clean text.
 */
import type { Segment, Transcript } from '@sealscribe/protocol';
import { SAMPLE_RATE, toSeconds } from './audio.js';
import type { Recognition } from './recognizer.js';
import type { SegmentSpan } from './segmenter.js';

/**
 * One segment of a transcript, or undefined when nothing was said in it. Its times are those of the speech, without the
 * padding that the recogniser was given; a first word may begin a little before voice activity noticed it.
 *
 * @param id Position in the transcript: count only the segments that there are.
 */
export function toSegment(span: SegmentSpan, recognition: Recognition, id: number): Segment | undefined {
  const text = recognition.text.replace(/\s+/g, ' ').trim();
  if (text === '') return undefined;
  const offset = span.start / SAMPLE_RATE;
  const words = recognition.words.map((word) => ({
    ...word,
    start: toThousandths(word.start + offset),
    end: toThousandths(word.end + offset),
    confidence: toThousandths(word.confidence),
  }));
  const start = toSeconds(span.regions[0]?.start ?? span.start);
  const end = toSeconds(span.regions.at(-1)?.end ?? span.end);
  return {
    id,
    start: Math.min(start, words[0]?.start ?? start),
    end: Math.max(end, words.at(-1)?.end ?? end),
    text,
    speaker: null,
    confidence: toThousandths(recognition.confidence),
    words,
  };
}

/** Milliseconds and thousandths are all that is meant; so a sealed transcript, which keeps just these, opens to the same. */
function toThousandths<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 1000) / 1000) as T;
}

/** A transcript from its segments in order. `duration` is the length of the recording in seconds. */
export function assembleTranscript(
  segments: readonly Segment[],
  facts: { duration: number; language: string; model: string },
): Transcript {
  const speakers = new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])));
  return {
    text: segments.map((segment) => segment.text).join(' '),
    language: facts.language,
    duration: facts.duration,
    segments: [...segments],
    speakers: [...speakers],
    model: facts.model,
  };
}
