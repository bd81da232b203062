import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../src/index.js';
import { LiveSegmenter, type LiveCut } from '../../src/streaming/live-segmenter.js';
import { RegionDetector } from '../../src/speech-regions.js';
import { randomProbabilities, seededRandom } from '../speech.js';

function cutAll(probabilities: Float32Array, step: number): LiveCut[] {
  const segmenter = new LiveSegmenter();
  const cuts: LiveCut[] = [];
  for (let i = 0; i < probabilities.length; i += step) {
    cuts.push(...segmenter.push(probabilities.subarray(i, i + step)));
    const { open, neededFrom } = segmenter;
    const committed = cuts.at(-1)?.span.end ?? 0;
    if (open) {
      expect(open.span.start).toBeGreaterThanOrEqual(Math.max(committed, neededFrom));
      expect(open.span.end).toBeLessThanOrEqual((i + step) * FRAME_SAMPLES);
    }
    expect(neededFrom).toBeGreaterThanOrEqual(committed);
  }
  return [...cuts, ...segmenter.flush(probabilities.length * FRAME_SAMPLES)];
}

/** Frames of speech (1) and silence (0), run by run, in seconds. */
const runs = (...seconds: number[]) =>
  Float32Array.from(
    seconds.flatMap((length, i) =>
      Array.from({ length: Math.round((length * SAMPLE_RATE) / FRAME_SAMPLES) }, () => (i % 2 ? 0.02 : 0.98)),
    ),
  );

describe('cutting live speech', () => {
  it('commits every region of speech once, in order, in pieces of at most about ten seconds', () => {
    for (const longest of [20, 100, 600]) {
      const probabilities = randomProbabilities(seededRandom(longest), 20_000, longest);
      const cuts = cutAll(probabilities, 8);
      const detector = new RegionDetector();
      const regions = [...probabilities].flatMap((p) => detector.push(p) ?? []);
      const open = detector.flush(probabilities.length * FRAME_SAMPLES);
      if (open) regions.push(open);
      let end = 0;
      for (const { span } of cuts) {
        expect(span.start).toBeGreaterThanOrEqual(end);
        expect(span.end).toBeGreaterThan(span.start);
        expect(span.end - span.start).toBeLessThan(10.6 * SAMPLE_RATE);
        end = span.end;
      }
      const spoken = (list: readonly { start: number; end: number }[]) =>
        list.reduce((sum, region) => sum + region.end - region.start, 0);
      const committed = spoken(cuts.flatMap(({ span }) => span.regions));
      expect(Math.abs(committed - spoken(regions)) / spoken(regions)).toBeLessThan(0.02);
    }
  });
  it('does not depend on how the frames come', () => {
    const probabilities = randomProbabilities(seededRandom(7), 5000, 100);
    expect(cutAll(probabilities, 1)).toEqual(cutAll(probabilities, 100));
  });
  it('commits at a pause of 0.6 s, after a few words at one of 1.2 s', () => {
    expect(cutAll(runs(5, 0.7, 2, 3), 8)).toHaveLength(2);
    expect(cutAll(runs(1, 0.7, 2, 3), 8)).toHaveLength(1);
    expect(cutAll(runs(1, 1.4, 2, 3), 8)).toHaveLength(2);
  });
  it('commits speech without a pause after ten seconds, and says that it goes on', () => {
    const cuts = cutAll(runs(25, 2), 8);
    expect(cuts.map(({ goesOn }) => goesOn)).toEqual([true, true, false]);
    const [first, second] = cuts;
    expect(second?.span.start).toBe(first?.span.end);
  });
  it('hears nothing in silence', () => {
    expect(cutAll(runs(0, 30), 8)).toEqual([]);
  });
});
