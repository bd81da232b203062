import { describe, expect, it } from 'vitest';
import { RealFft } from '../../src/features/fft.js';
import { seededRandom } from '../speech.js';

/** The definition, term by term. */
function slowTransform(signal: Float64Array): { re: Float64Array; im: Float64Array } {
  const n = signal.length;
  const re = new Float64Array(n / 2 + 1);
  const im = new Float64Array(n / 2 + 1);
  for (let k = 0; k <= n / 2; k++)
    for (let t = 0; t < n; t++) {
      re[k] += signal[t] * Math.cos((2 * Math.PI * k * t) / n);
      im[k] -= signal[t] * Math.sin((2 * Math.PI * k * t) / n);
    }
  return { re, im };
}

describe('RealFft', () => {
  it.each([2, 4, 6, 10, 14, 32, 66, 256, 400, 512, 1024])(
    'of %i samples is what the definition says',
    (size) => {
      const random = seededRandom(size);
      const signal = Float64Array.from({ length: size }, () => random() - 0.5);
      const fft = new RealFft(size);
      const re = new Float64Array(fft.bins);
      const im = new Float64Array(fft.bins);
      fft.transform(signal, re, im);
      const expected = slowTransform(signal);
      for (let k = 0; k < fft.bins; k++) {
        expect(re[k]).toBeCloseTo(expected.re[k], 9);
        expect(im[k]).toBeCloseTo(expected.im[k], 9);
      }
    },
  );

  it('gives the same answer again after another signal, and fills up a short one with silence', () => {
    const fft = new RealFft(400);
    const random = seededRandom(1);
    const short = Float64Array.from({ length: 300 }, () => random() - 0.5);
    const padded = new Float64Array(400);
    padded.set(short);
    const [first, second] = [short, padded].map((signal) => {
      const re = new Float64Array(fft.bins);
      const im = new Float64Array(fft.bins);
      fft.transform(signal, re, im);
      return [...re, ...im];
    });
    expect(first).toEqual(second);
  });

  it.each([0, -2, 3, 2.5, NaN])('refuses a length of %d', (size) => {
    expect(() => new RealFft(size)).toThrow(RangeError);
  });
});
