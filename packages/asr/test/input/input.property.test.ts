// Samples of any rate and level, in pieces of any size: the same result as in one, of the right length, and every number finite.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { KaldiFbank } from '../../src/features/kaldi-fbank.js';
import { NemoLogMel } from '../../src/features/nemo-log-mel.js';
import { Resampler } from '../../src/input/resample.js';

const sample = fc.oneof(
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 1e-45, 2 ** -149, 1e-20, -32_768, 65_536),
);
const pcm = fc.array(sample, { maxLength: 300 }).map((list) => Float32Array.from(list));
const rate = fc.oneof(
  fc.constantFrom(8000, 11_025, 16_000, 22_050, 44_100, 48_000),
  fc.integer({ min: 4000, max: 50_000 }),
);

it('resampling gives so many samples, the same in pieces, and keeps a constant', () => {
  fc.assert(
    fc.property(pcm, rate, fc.array(fc.nat(80), { maxLength: 6 }), (input, from, lengths) => {
      const pieces: number[] = [];
      const resampler = new Resampler(from, 16_000);
      let at = 0;
      for (const length of lengths) pieces.push(...resampler.push(input.slice(at, (at += length))));
      pieces.push(...resampler.push(input.slice(at)), ...resampler.flush());
      const whole = new Resampler(from, 16_000);
      expect(pieces).toEqual([...whole.push(input), ...whole.flush()]);
      expect(pieces).toHaveLength(Math.ceil((input.length * 16_000) / from));
      expect(pieces.every(Number.isFinite)).toBe(true);
    }),
    cases(300),
  );
  fc.assert(
    fc.property(rate, fc.float({ min: -1, max: 1, noNaN: true }), (from, level) => {
      const resampler = new Resampler(from, 16_000);
      const out = resampler.push(new Float32Array(2000).fill(level));
      const middle = out[out.length >> 1] ?? level;
      expect(Math.abs(middle - level)).toBeLessThan(1e-3);
    }),
    cases(60),
  );
});

it('features are finite for any samples, in silence and far too loud', () => {
  const [kaldi, nemo] = [new KaldiFbank(), new NemoLogMel(80)];
  const loud = fc
    .tuple(pcm, fc.constantFrom(1e-30, 1, 1e6), fc.nat(2000))
    .map(([list, gain, length]) =>
      Float32Array.from({ length }, (_, i) => (list[i % Math.max(1, list.length)] ?? 0) * gain),
    );
  fc.assert(
    fc.property(loud, (samples) => {
      const banks = kaldi.compute(samples);
      expect(banks.length).toBe(80 * Math.max(0, Math.floor((samples.length - 400) / 160) + 1));
      expect(banks.every(Number.isFinite)).toBe(true);
      const { values, frames } = nemo.compute(samples);
      expect(frames).toBe(Math.floor(samples.length / 160));
      expect(values.every(Number.isFinite)).toBe(true);
    }),
    cases(300),
  );
});
