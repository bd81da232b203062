/** Speakers that nobody has named yet, as people call them. */
import type { Segment } from '@sealscribe/sdk-browser';
import type { Strings } from '../strings/en.js';

/** "Speaker 1" for the label SPEAKER_00; a name that somebody gave stays as it is. */
export function speakerLabel(speaker: string, t: Strings): string {
  const [, number] = /^SPEAKER_(\d+)$/.exec(speaker) ?? [];
  return number === undefined ? speaker : t.speaker(Number(number) + 1);
}

/** The speakers of a transcript, in the order in which they are first heard. */
export const speakersOf = (segments: readonly Segment[]): string[] => [
  ...new Set(segments.flatMap(({ speaker }) => speaker ?? [])),
];

/** The speaker that people mean by a name: one who is called so on the page, or somebody new. */
export const speakerCalled = (name: string, speakers: readonly string[], t: Strings): string =>
  speakers.find((speaker) => speakerLabel(speaker, t) === name) ?? name;
