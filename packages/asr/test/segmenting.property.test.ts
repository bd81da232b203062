// Any probabilities of speech: segments are in order, apart, inside the recording and short enough, however the windows are cut.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../src/audio.js';
import { Segmenter, type SegmentSpan } from '../src/segmenter.js';
import { agreeingPrefix, lengthHeard, lengthOfSaid, toText, toUnits } from '../src/streaming/agreement.js';
import { LiveSegmenter } from '../src/streaming/live-segmenter.js';

/** Runs of speech, silence and doubt, as voices have them. */
const probabilities = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 0.2, 0.34, 0.35, 0.4, 0.49, 0.5, 0.7, 1),
      fc.oneof(fc.nat(5), fc.nat(60), fc.integer({ min: 100, max: 600 })),
    ),
    { maxLength: 14 },
  )
  .map((runs) =>
    Float32Array.from(
      runs.flatMap(([p, count], i) =>
        Array.from({ length: count }, (_, k) => Math.max(0, p - ((k * 7 + i) % 5) / 1000)),
      ),
    ),
  );
const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 });
const missing = fc.nat(FRAME_SAMPLES - 1);

function* windows(all: Float32Array, lengths: readonly number[]): Generator<Float32Array> {
  let at = 0;
  for (const length of lengths) yield all.subarray(at, (at += length));
  yield all.subarray(at);
}

function check(spans: readonly SegmentSpan[], total: number, longest: number): void {
  let last = 0;
  for (const { start, end, regions } of spans) {
    expect(start >= last && end > start && end <= total).toBe(true);
    expect(end - start).toBeLessThanOrEqual(longest);
    expect(regions.length).toBeGreaterThan(0);
    let inside = start;
    for (const region of regions) {
      expect(region.start >= inside && region.end > region.start && region.end <= end).toBe(true);
      inside = region.end;
    }
    last = end;
  }
}

it('segments of a recording', () => {
  fc.assert(
    fc.property(probabilities, cuts, missing, (all, lengths, short) => {
      const total = Math.max(0, all.length * FRAME_SAMPLES - short);
      const segmenter = new Segmenter();
      const spans: SegmentSpan[] = [];
      for (const window of windows(all, lengths)) {
        const needed = segmenter.neededFrom;
        const found = segmenter.push(window);
        // Audio that may be forgotten is asked for no more.
        for (const { start } of found) expect(start).toBeGreaterThanOrEqual(needed);
        spans.push(...found);
      }
      const needed = segmenter.neededFrom;
      const rest = segmenter.flush(total);
      for (const { start } of rest) expect(start).toBeGreaterThanOrEqual(needed);
      spans.push(...rest);
      check(spans, total, 15 * SAMPLE_RATE);
      const whole = new Segmenter();
      expect(spans).toEqual([...whole.push(all), ...whole.flush(total)]);
      // Speech that nobody can doubt lies in some segment.
      all.forEach((_, frame) => {
        const run = all.subarray(Math.max(0, frame - 10), frame + 11);
        if (run.length < 21 || run.some((near) => near < 0.5)) return;
        const middle = frame * FRAME_SAMPLES;
        if (middle < total)
          expect(spans.some(({ start, end }) => start <= middle && middle < end)).toBe(true);
      });
    }),
    cases(400),
  );
});

it('what a live stream commits', () => {
  fc.assert(
    fc.property(probabilities, cuts, missing, (all, lengths, short) => {
      const total = Math.max(0, all.length * FRAME_SAMPLES - short);
      const segmenter = new LiveSegmenter();
      const spans: SegmentSpan[] = [];
      for (const window of windows(all, lengths)) {
        const needed = segmenter.neededFrom;
        const found = segmenter.push(window).map(({ span }) => span);
        for (const { start } of found) expect(start).toBeGreaterThanOrEqual(needed);
        spans.push(...found);
        const { open } = segmenter;
        if (open) expect(open.span.start).toBeGreaterThanOrEqual(spans.at(-1)?.end ?? 0);
      }
      spans.push(...segmenter.flush(total).map(({ span }) => span));
      check(spans, total, 12 * SAMPLE_RATE);
      const whole = new LiveSegmenter();
      expect(spans).toEqual([...whole.push(all), ...whole.flush(total)].map(({ span }) => span));
    }),
    cases(400),
  );
});

it.each<[what: string, runs: readonly [probability: number, frames: number][]]>([
  [
    'turned out to be speech',
    [
      [1, 5],
      [0.2, 1],
      [0.4, 400],
      [1, 60],
    ],
  ],
  [
    'was so until the end',
    [
      [0.5, 1],
      [0, 1],
      [0.49, 374],
    ],
  ],
  [
    'was so after little speech, until the end',
    [
      [1, 60],
      [0, 8],
      [0.5, 1],
      [0, 1],
      [0.4, 440],
    ],
  ],
])('a live stream commits no more than ten seconds, and padding, of what was in doubt and %s', (_, runs) => {
  const all = Float32Array.from(runs.flatMap(([p, count]) => Array.from({ length: count }, () => p)));
  const segmenter = new LiveSegmenter();
  const cuts = [...segmenter.push(all), ...segmenter.flush(all.length * FRAME_SAMPLES)];
  const spans = cuts.map(({ span }) => span);
  expect(spans.length).toBeGreaterThan(0);
  check(spans, all.length * FRAME_SAMPLES, 10.2 * SAMPLE_RATE);
});

const said = fc
  .array(
    fc.oneof(
      fc.constantFrom('the', 'The', 'cat,', 'cat', '走', '吧', '-', 'ไ'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((words) => words.join(' '));

it('units of a text are the text, and what two agree on is in both', () => {
  fc.assert(
    fc.property(said, said, (a, b) => {
      const [one, other] = [toUnits(a), toUnits(b)];
      expect(toText(one)).toBe(a.trim().replace(/\s+/g, ' '));
      const agreed = agreeingPrefix(one, other);
      expect(agreed).toBe(agreeingPrefix(other, one));
      expect(one.slice(0, Math.max(0, agreed))).toEqual(other.slice(0, Math.max(0, agreed)));
      expect(agreed).toBeLessThan(Math.max(1, Math.min(one.length, other.length)));
      for (const [whole, part] of [
        [one, other],
        [other, one],
      ] as const) {
        const length = lengthOfSaid(whole, part);
        expect(length >= 0 && length <= whole.length).toBe(true);
        expect(lengthHeard(whole, part)).toBe(length);
      }
      // Said again and more: exactly what was said is found.
      expect(lengthOfSaid([...one, ' zzz', ' yyy'], one)).toBe(one.length);
    }),
    cases(5_000),
  );
});
