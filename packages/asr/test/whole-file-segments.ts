/**
 * The segmenting rule once more, for a recording that is there as a whole: written from the description, with loops over
 * complete lists, so that the incremental Segmenter has something independent to be equal to.
 */
import type { SegmentSpan } from '../src/index.js';

const FRAME = 512;
const SECOND = 16_000;
type Pair = [start: number, end: number];

/** Speech in frames: hysteresis, then cuts where it goes on for 456 frames without a pause. */
function findSpeech(probabilities: Float32Array): Pair[] {
  const speech: Pair[] = [];
  const add = (start: number, end: number, seenUntil: number, whole: boolean): void => {
    let cut = false;
    while (seenUntil - start >= 456) {
      let best = start + 188;
      const sum = (i: number) => probabilities[i - 1] + probabilities[i] + probabilities[i + 1];
      for (let i = best; i <= start + 438; i++) if (sum(i) < sum(best)) best = i;
      speech.push([start, best]);
      start = best;
      cut = true;
    }
    if (end - start >= (whole || cut ? 1 : 8)) speech.push([start, end]);
  };
  let start = -1;
  let silence = -1;
  probabilities.forEach((probability, i) => {
    if (start < 0) {
      if (probability >= 0.5) start = i;
      return;
    }
    if (probability >= 0.5) silence = -1;
    if (probability < 0.35) {
      if (silence < 0) silence = i;
      if (i - silence >= 2) {
        add(start, silence, i, false);
        start = silence = -1;
      }
    }
  });
  if (start >= 0) add(start, probabilities.length, probabilities.length, true);
  return speech;
}

/** All segments of a recording of `totalSamples` samples. */
export function segmentWholeFile(probabilities: Float32Array, totalSamples: number): SegmentSpan[] {
  const speech = findSpeech(probabilities)
    .map(([start, end]): Pair => [start * FRAME, Math.min(end * FRAME, totalSamples)])
    .filter(([start, end]) => end > start);
  const padded = speech.map(([start, end], i): Pair => {
    const before = i > 0 ? Math.floor((speech[i - 1][1] + start) / 2) : 0;
    const after = i + 1 < speech.length ? Math.floor((end + speech[i + 1][0]) / 2) : totalSamples;
    return [Math.max(before, start - 0.2 * SECOND), Math.min(after, end + 0.2 * SECOND)];
  });
  const groups: number[][] = [];
  let group: number[] = [];
  for (let i = 0; i < padded.length;) {
    if (group.length === 0 || padded[i][1] - padded[group[0]][0] <= 15 * SECOND) {
      group.push(i++);
      continue;
    }
    let longest = -1;
    let cut = 0;
    for (let j = 1; j <= group.length; j++) {
      const before = padded[group[j - 1]][1];
      const pause = padded[group[0] + j][0] - before;
      const farEnough = before - padded[group[0]][0] >= 6 * SECOND || j === group.length;
      if (farEnough && pause >= longest) [longest, cut] = [pause, j];
    }
    groups.push(group.slice(0, cut));
    group = group.slice(cut);
  }
  if (group.length > 0) groups.push(group);
  return groups.map((members) => ({
    start: padded[members[0]][0],
    end: padded[members[members.length - 1]][1],
    regions: members.map((i) => ({ start: speech[i][0], end: speech[i][1] })),
  }));
}
