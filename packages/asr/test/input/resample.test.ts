import { describe, expect, it } from 'vitest';
import { Resampler } from '../../src/input/resample.js';

const tone = (frequency: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));
function resample(samples: Float32Array, from: number, step = samples.length): Float32Array {
  const resampler = new Resampler(from, 16_000);
  const parts: number[] = [];
  for (let at = 0; at < samples.length; at += step)
    parts.push(...resampler.push(samples.subarray(at, at + step)));
  parts.push(...resampler.flush());
  return Float32Array.from(parts);
}
const level = (samples: Float32Array) =>
  10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0) / samples.length + 1e-20);
const rates = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 44_057];

describe('resampling to 16 kHz', () => {
  it.each(rates)('keeps a 1 kHz tone from %i Hz where it was, to -80 dB', (rate) => {
    const out = resample(tone(1000, rate, 1), rate);
    expect(out).toHaveLength(16_000);
    const ideal = tone(1000, 16_000, 1);
    // The filter looks ahead into silence at both ends.
    const error = out.slice(400, -400).map((x, i) => x - ideal[i + 400]);
    expect(level(error)).toBeLessThan(-80);
  });

  it.each([22_050, 44_100, 48_000])('passes 6.5 kHz from %i Hz at its level', (rate) => {
    const out = resample(tone(6500, rate, 1), rate).slice(400, -400);
    expect(level(out)).toBeCloseTo(level(tone(6500, 16_000, 1)), 2);
  });

  it.each([32_000, 44_100, 48_000, 96_000])('lets no tone from 8.1 kHz on from %i Hz fold back', (rate) => {
    for (const frequency of [8100, 8600, 10_000, 13_000])
      expect(level(resample(tone(frequency, rate, 1), rate).slice(400, -400))).toBeLessThan(-75);
  });

  it('gives the same samples whatever the size of the pieces', () => {
    const input = tone(440, 44_100, 0.2);
    const whole = resample(input, 44_100);
    for (const step of [1, 7, 441, 5000]) expect(resample(input, 44_100, step)).toEqual(whole);
  });

  it('gives nothing for nothing, and something for one sample', () => {
    expect(resample(new Float32Array(0), 44_100, 1)).toHaveLength(0);
    expect(resample(Float32Array.of(1), 8000)).toHaveLength(2);
  });

  it('refuses rates that are not positive integers', () => {
    for (const rate of [0, -1, 1.5, NaN]) expect(() => new Resampler(rate, 16_000)).toThrow(RangeError);
  });
});
