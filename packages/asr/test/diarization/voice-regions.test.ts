import { describe, expect, it } from 'vitest';
import { VoiceRegions } from '../../src/diarization/voice-regions.js';
import { randomProbabilities, seededRandom } from '../speech.js';

const FRAME = 512;
/** Probabilities of so many frames each. */
const frames = (...runs: [probability: number, length: number][]) =>
  Float32Array.from(runs.flatMap(([probability, length]) => Array<number>(length).fill(probability)));

function cut(probabilities: Float32Array, step = probabilities.length, total = probabilities.length * FRAME) {
  const regions = new VoiceRegions();
  const pieces = [];
  let needed = 0;
  for (let i = 0; i < probabilities.length; i += step) {
    const given = regions.push(probabilities.subarray(i, i + step));
    for (const { start } of given) expect(start).toBeGreaterThanOrEqual(needed);
    pieces.push(...given);
    expect(regions.neededFrom).toBeGreaterThanOrEqual(needed);
    needed = regions.neededFrom;
  }
  const rest = regions.flush(total);
  for (const { start } of rest) expect(start).toBeGreaterThanOrEqual(needed);
  return [...pieces, ...rest];
}
const bounds = (pieces: ReturnType<typeof cut>) =>
  pieces.map(({ start, end }) => [start / FRAME, end / FRAME]);

describe('VoiceRegions', () => {
  it('finds speech with a little around it, joined over short pauses', () => {
    const pieces = cut(frames([0, 20], [0.9, 30], [0.05, 5], [0.9, 30], [0, 40], [0.9, 20], [0, 20]));
    expect(bounds(pieces)).toEqual([
      [18, 87],
      [123, 147],
    ]);
    expect(pieces[0].probabilities).toEqual(frames([0, 2], [0.9, 30], [0.05, 5], [0.9, 30], [0, 2]));
  });

  it('leaves out what is shorter than a syllable', () => {
    expect(cut(frames([0, 20], [0.9, 2], [0, 20]))).toEqual([]);
  });

  it('cuts speech without pauses into pieces of at most 20 s, none of it lost', () => {
    const pieces = bounds(cut(frames([0, 3], [0.9, 1500], [0, 20])));
    expect(pieces[0][0]).toBe(1);
    expect(pieces.at(-1)?.[1]).toBe(1505);
    for (const [i, [start, end]] of pieces.entries()) {
      expect(end - start).toBeLessThanOrEqual(625);
      if (i > 0) expect(start).toBe(pieces[i - 1][1]);
    }
  });

  it('ends with the recording', () => {
    const pieces = cut(frames([0, 10], [0.9, 20]), 30, 30 * FRAME - 100);
    expect(pieces.at(-1)?.end).toBe(30 * FRAME - 100);
  });

  it('gives the same pieces whatever comes at a time, and needs nothing that it let go of', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 20; round++) {
      const probabilities = randomProbabilities(random, 2000, 200);
      const whole = cut(probabilities);
      for (const step of [1, 7, 900]) expect(cut(probabilities, step)).toEqual(whole);
      for (const { start, end, probabilities: inside } of whole) {
        const expected = probabilities.subarray(start / FRAME, Math.ceil(end / FRAME));
        expect(inside).toEqual(expected);
      }
    }
  });
});
