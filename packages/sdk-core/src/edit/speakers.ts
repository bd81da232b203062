/** Edits of who speaks. Pure functions: each gives a new transcript and leaves the one it got as it was. */
import type { Transcript } from '@sealscribe/protocol';
import { replaceSegments, segmentAt, withSegments } from './rebuild.js';

function relabel(transcript: Transcript, labelOf: (label: string | null) => string | null): Transcript {
  return withSegments(
    transcript,
    transcript.segments.map((segment) => {
      const speaker = labelOf(segment.speaker);
      return speaker === segment.speaker ? segment : { ...segment, speaker };
    }),
  );
}

function checkSpeaker({ segments }: Transcript, label: string, argument: string): void {
  if (!segments.some(({ speaker }) => speaker === label))
    throw new RangeError(`${argument} must be a speaker of this transcript`);
}

function checkLabel(label: string, argument: string): void {
  if (typeof label !== 'string' || label.trim() === '') throw new TypeError(`${argument} must be a name`);
}

/**
 * Gives a speaker another name.
 * @throws RangeError when nobody is called `from`, or somebody else is called `to` already (see {@link mergeSpeakers})
 */
export function renameSpeaker(transcript: Transcript, from: string, to: string): Transcript {
  checkLabel(to, 'to');
  checkSpeaker(transcript, from, 'from');
  if (to !== from && transcript.segments.some(({ speaker }) => speaker === to))
    throw new RangeError('to must not be the name of another speaker: merge them instead');
  return relabel(transcript, (label) => (label === from ? to : label));
}

/**
 * Makes several speakers one.
 *
 * @param labels The speakers that are one person.
 * @param into What this person is called from now on; the first of `labels` by default.
 * @throws RangeError when one of `labels` is no speaker of this transcript
 */
export function mergeSpeakers(
  transcript: Transcript,
  labels: readonly string[],
  into = labels[0] ?? '',
): Transcript {
  checkLabel(into, 'into');
  for (const label of labels) checkSpeaker(transcript, label, 'labels');
  return relabel(transcript, (label) => (label !== null && labels.includes(label) ? into : label));
}

/**
 * Says who speaks a segment; null for nobody known.
 * @throws RangeError when there is no such segment
 */
export function setSpeaker(transcript: Transcript, id: number, speaker: string | null): Transcript {
  if (speaker !== null) checkLabel(speaker, 'speaker');
  const segment = segmentAt(transcript, id);
  return replaceSegments(transcript, id, 1, { ...segment, speaker });
}
