/**
 * From overlapping windows to one line of time: in each moment as many speakers speak as the windows say on average, and they
 * are those that most windows name (as pyannote.audio's reconstruction does).
 */
import { SAMPLE_RATE } from '../audio.js';
import { PIECE_SAMPLES } from './sliding-pieces.js';
import type { LabelledRegion } from './speaker-turns.js';

/** Samples of a moment: 20 ms. */
const MOMENT = 320;
/** Pauses inside a turn. */
const LONGEST_GAP = SAMPLE_RATE / 2;

/** A window whose speakers have got their labels: bit s of a frame's mask is `labels[s]`, undefined where that is not known. */
export interface LabelledWindow {
  /** First sample. */
  readonly start: number;
  readonly masks: Uint8Array;
  readonly labels: readonly (number | undefined)[];
}

/** Who speaks when, from windows in order; `speakers` labels are in use, and the recording ends at sample `end`. */
export function countVotes(
  windows: readonly LabelledWindow[],
  speakers: number,
  end: number,
): LabelledRegion[] {
  const moments = Math.ceil(end / MOMENT);
  const votes = new Uint8Array(moments * speakers);
  const heard = new Uint8Array(moments);
  const said = new Uint8Array(moments);
  for (const { start, masks, labels } of windows) {
    const frame = PIECE_SAMPLES / masks.length;
    const last = Math.min(moments, Math.floor((start + PIECE_SAMPLES) / MOMENT));
    for (let moment = Math.ceil(start / MOMENT); moment < last; moment++) {
      const mask = masks[Math.floor(((moment + 0.5) * MOMENT - start) / frame)];
      heard[moment]++;
      labels.forEach((label, s) => {
        if (label === undefined || ((mask >> s) & 1) === 0) return;
        said[moment]++;
        votes[moment * speakers + label]++;
      });
    }
  }
  const regions: LabelledRegion[] = [];
  const open = new Map<number, LabelledRegion>();
  for (let moment = 0; moment < moments; moment++) {
    const count = heard[moment] === 0 ? 0 : Math.round(said[moment] / heard[moment]);
    for (const label of mostVoted(votes.subarray(moment * speakers, (moment + 1) * speakers), count)) {
      const before = open.get(label);
      const until = Math.min(end, (moment + 1) * MOMENT);
      if (before !== undefined && moment * MOMENT - before.end <= LONGEST_GAP) {
        open.set(label, { ...before, end: until });
        continue;
      }
      if (before !== undefined) regions.push(before);
      open.set(label, { start: moment * MOMENT, end: until, label });
    }
  }
  return [...regions, ...open.values()];
}

/** The labels with most votes, at most `count` of them; those without any are not. */
function mostVoted(votes: Uint8Array, count: number): number[] {
  if (count === 0) return [];
  return [...votes.keys()]
    .filter((label) => votes[label] > 0)
    .sort((a, b) => votes[b] - votes[a])
    .slice(0, count);
}
