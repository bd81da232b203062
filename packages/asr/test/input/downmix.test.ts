import { describe, expect, it } from 'vitest';
import { Downmixer } from '../../src/input/downmix.js';

const RATE = 16_000;
const tone = (frequency: number) =>
  Float32Array.from({ length: RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * frequency * i) / RATE));
const silence = new Float32Array(RATE);
const mix = (...channels: Float32Array[]) => new Downmixer(RATE).mix(channels);
const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

describe('downmix', () => {
  const speech = tone(300);

  it('passes one channel on as it is, as a copy', () => {
    const mixed = mix(speech);
    expect(mixed).toEqual(speech);
    expect(mixed.buffer).not.toBe(speech.buffer);
  });
  it('keeps the level of sound in one channel of two or six', () => {
    expect(mix(silence, speech)).toEqual(speech);
    expect(mix(silence, silence, speech, silence, silence, silence)).toEqual(speech);
  });
  it('gives the mean of two channels with sound', () => {
    const other = tone(700);
    const mean = speech.map((x, i) => (x + other[i]) / 2);
    expect(rms(mix(speech, other).map((x, i) => x - mean[i]))).toBeLessThan(1e-7);
  });
  it('does not let opposite channels cancel', () => {
    expect(
      rms(
        mix(
          speech,
          speech.map((x) => -x),
        ),
      ),
    ).toBeCloseTo(rms(speech), 5);
  });
  it('follows a speaker to the other channel without a jump', () => {
    const downmixer = new Downmixer(RATE);
    const blocks: [Float32Array, Float32Array][] = [
      [speech, silence],
      [silence, speech],
      [silence, speech],
    ];
    const all = blocks.flatMap((block) => [...downmixer.mix(block)]);
    for (let second = 1; second < 3; second++)
      expect(rms(Float32Array.from(all.slice(second * RATE, (second + 1) * RATE)))).toBeGreaterThan(0.15);
    const steps = all.slice(1).map((x, i) => Math.abs(x - all[i]));
    expect(Math.max(...steps)).toBeLessThan(0.5 * 2 * Math.sin((Math.PI * 300) / RATE) * 1.01);
  });
  it('makes silence of numbers that are no samples', () => {
    const damaged = [NaN, Infinity, -Infinity, 3e38, -1e20, 0.5, -1.5];
    const kept = [0, 0, 0, 0, 0, 0.5, -1.5];
    expect([...mix(Float32Array.from(damaged))]).toEqual(kept);
    expect([...mix(Float32Array.from(damaged), new Float32Array(damaged.length))]).toEqual(kept);
  });
  it('is silent where all channels are', () => {
    expect(rms(mix(silence, silence))).toBe(0);
  });
});
