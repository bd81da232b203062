/** Speakers that nobody has named yet, as people call them. */
import type { Strings } from '../strings/en.js';

/** "Speaker 1" for the label SPEAKER_00; a name that somebody gave stays as it is. */
export function speakerLabel(speaker: string, t: Strings): string {
  const [, number] = /^SPEAKER_(\d+)$/.exec(speaker) ?? [];
  return number === undefined ? speaker : t.speaker(Number(number) + 1);
}
