import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, SAMPLE_RATE, Segmenter, type SegmentSpan } from '../src/index.js';
import { randomProbabilities, seededRandom } from './speech.js';
import { segmentWholeFile } from './whole-file-segments.js';

const random = seededRandom(7);
/** Short words, conversation, and people who hardly breathe; some end in the middle of a frame. */
const recordings = Array.from({ length: 300 }, (_, i) => {
  const probabilities = randomProbabilities(random, 200 + Math.floor(random() * 4000), [30, 120, 900][i % 3]);
  const totalSamples = probabilities.length * FRAME_SAMPLES - Math.floor(random() * FRAME_SAMPLES);
  return { probabilities, totalSamples };
});

function segmentInWindows(
  probabilities: Float32Array,
  totalSamples: number,
  nextWindow: () => number,
  watch?: (segmenter: Segmenter, position: number, spans: readonly SegmentSpan[]) => void,
): SegmentSpan[] {
  const segmenter = new Segmenter();
  const spans: SegmentSpan[] = [];
  for (let i = 0; i < probabilities.length;) {
    const end = Math.min(probabilities.length, i + nextWindow());
    spans.push(...segmenter.push(probabilities.subarray(i, end)));
    i = end;
    watch?.(segmenter, i * FRAME_SAMPLES, spans);
  }
  spans.push(...segmenter.flush(totalSamples));
  return spans;
}

const fill = (seconds: number, probability: number) =>
  new Float32Array(Math.round((seconds * SAMPLE_RATE) / FRAME_SAMPLES)).fill(probability);

describe('Segmenter', () => {
  it('gives the segments of the whole file whatever the windows it is fed', () => {
    let segments = 0;
    for (const { probabilities, totalSamples } of recordings) {
      const expected = segmentWholeFile(probabilities, totalSamples);
      segments += expected.length;
      for (const window of [() => 1, () => 960, () => 1 + Math.floor(random() * 400)])
        expect(segmentInWindows(probabilities, totalSamples, window)).toEqual(expected);
    }
    expect(segments).toBeGreaterThan(1000);
  });

  it('gives segments in order, without overlap, none longer than 15 s, inside the recording', () => {
    for (const { probabilities, totalSamples } of recordings) {
      let end = 0;
      for (const span of segmentInWindows(probabilities, totalSamples, () => 100)) {
        expect(span.start).toBeGreaterThanOrEqual(end);
        expect(span.end - span.start).toBeLessThanOrEqual(15 * SAMPLE_RATE);
        for (const region of span.regions) {
          expect(region.start).toBeGreaterThanOrEqual(span.start);
          expect(region.end).toBeGreaterThan(region.start);
          expect(region.end).toBeLessThanOrEqual(span.end);
        }
        end = span.end;
      }
      expect(end).toBeLessThanOrEqual(totalSamples);
    }
  });

  it('says truthfully which audio is still needed, and never needs more than half a minute', () => {
    for (const { probabilities, totalSamples } of recordings) {
      let most = 0;
      const needs: { spansBefore: number; from: number }[] = [];
      const watch = (segmenter: Segmenter, position: number, given: readonly SegmentSpan[]) => {
        most = Math.max(most, position - segmenter.neededFrom);
        needs.push({ spansBefore: given.length, from: segmenter.neededFrom });
      };
      const spans = segmentInWindows(probabilities, totalSamples, () => 1, watch);
      expect(most).toBeLessThanOrEqual(31 * SAMPLE_RATE);
      expect(needs.filter(({ spansBefore, from }) => spans[spansBefore]?.start < from)).toEqual([]);
    }
  });

  it('gives a segment out while silence goes on, without waiting for the next word', () => {
    const segmenter = new Segmenter();
    expect(segmenter.push(fill(3, 0.9))).toEqual([]);
    expect(segmenter.push(fill(20, 0.01))).toHaveLength(1);
  });

  it('cuts speech without any pause where it sounds least like speech', () => {
    const probabilities = fill(40, 0.9);
    probabilities.fill(0.6, 300, 303);
    const [first, ...others] = segmentInWindows(
      probabilities,
      probabilities.length * FRAME_SAMPLES,
      () => 50,
    );
    expect(first.end).toBe(301 * FRAME_SAMPLES);
    expect(others[0].start).toBe(first.end);
    expect(others.at(-1)?.end).toBe(probabilities.length * FRAME_SAMPLES);
  });

  it('cuts at the longest pause after 6 s when the next words would pass 15 s', () => {
    const pause = (seconds: number) => fill(seconds, 0.01);
    const talk = (seconds: number) => fill(seconds, 0.9);
    const parts = [talk(3), pause(2), talk(3), pause(1), talk(3), pause(0.5), talk(3)];
    const probabilities = Float32Array.from(parts.flatMap((part) => [...part]));
    const spans = segmentInWindows(probabilities, probabilities.length * FRAME_SAMPLES, () => 10);
    expect(spans.map((span) => span.regions.length)).toEqual([2, 2]);
  });

  it('finds nothing in silence, in clicks shorter than speech, and in an empty recording', () => {
    const clicks = fill(10, 0.01);
    for (let i = 10; i < 300; i += 20) clicks.fill(0.9, i, i + 5);
    for (const probabilities of [fill(10, 0.01), clicks, fill(0, 0)])
      expect(segmentInWindows(probabilities, probabilities.length * FRAME_SAMPLES, () => 7)).toEqual([]);
  });

  it('refuses a length that is not a number of samples', () => {
    for (const length of [-1, 0.5, NaN]) expect(() => new Segmenter().flush(length)).toThrow(RangeError);
  });
});
