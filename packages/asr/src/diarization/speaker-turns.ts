/** From stretches with labels to turns: numbered in order of appearance, without short gaps inside one speaker's turn. */
import { toSeconds } from '../audio.js';
import type { Region } from '../speech-regions.js';
import type { SpeakerTurn } from './speaker-model.js';

/** A stretch of samples and its speaker's label, any number. */
export interface LabelledRegion extends Region {
  readonly label: number;
}

/** Turns of stretches; those of one speaker with nobody else and at most `gap` samples between them become one. */
export function toTurns(regions: readonly LabelledRegion[], gap: number): SpeakerTurn[] {
  const joined: { start: number; end: number; label: number }[] = [];
  for (const region of [...regions].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last?.label === region.label && region.start - last.end <= gap)
      last.end = Math.max(last.end, region.end);
    else joined.push({ ...region });
  }
  const order = [...new Set(joined.map(({ label }) => label))];
  return joined.map(({ start, end, label }) => ({
    start: toSeconds(start),
    end: toSeconds(end),
    speaker: order.indexOf(label),
  }));
}
