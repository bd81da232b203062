import { describe, expect, it } from 'vitest';
import { computeCepstra } from '../../src/diarization/cepstra.js';
import { computePitch } from '../../src/diarization/pitch.js';
import { quantile } from '../../src/diarization/quantile.js';
import { computeVoice, VOICE_VALUES, voiceWindows } from '../../src/diarization/voice-features.js';
import { seededRandom } from '../speech.js';

const RATE = 16_000;
/** A buzz like that of a voice: a pitch and its harmonics, each quieter than the last. */
const buzz = (hertz: number, seconds = 1) =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => {
    let sum = 0;
    for (let k = 1; k * hertz < 4000; k++) sum += Math.sin((2 * Math.PI * k * hertz * i) / RATE) / k;
    return 0.1 * sum;
  });
const random = seededRandom(7);
const noise = Float32Array.from({ length: RATE }, () => 0.1 * (random() - 0.5));

describe('pitch', () => {
  it.each([80, 120, 217, 350])('of a buzz of %d Hz is found', (hertz) => {
    const pitch = computePitch(buzz(hertz));
    for (const found of pitch.subarray(1, -1)) expect(Math.abs(found / hertz - 1)).toBeLessThan(0.03);
  });

  it('is not found in noise or silence', () => {
    const voiced = [...computePitch(noise)].filter((hertz) => hertz > 0);
    expect(voiced.length).toBeLessThan(3);
    expect([...computePitch(new Float32Array(RATE))].every((hertz) => hertz === 0)).toBe(true);
  });
});

describe('cepstra', () => {
  it('do not depend on how loud a voice is; loudness does', () => {
    const loud = computeCepstra(noise);
    const quiet = computeCepstra(noise.map((sample) => sample / 4));
    expect(loud.frames).toBe(98);
    for (let i = 0; i < loud.values.length; i++)
      expect(Math.abs(loud.values[i] - quiet.values[i])).toBeLessThan(0.05);
    expect(loud.loudness[50] - quiet.loudness[50]).toBeCloseTo(Math.log(16), 1);
  });

  it('of less than a frame there are none', () => {
    expect(computeCepstra(new Float32Array(399)).frames).toBe(0);
  });
});

describe('a voice', () => {
  const describeVoice = (pcm: Float32Array) =>
    computeVoice(pcm, {
      start: 512,
      end: 512 + pcm.length,
      probabilities: new Float32Array(Math.ceil(pcm.length / 512)).fill(1),
    });

  it('is described once per window, with the same numbers for the same sound', () => {
    const values = describeVoice(buzz(130, 3));
    const windows = voiceWindows({ start: 512, end: 512 + 3 * RATE });
    expect(windows.map(({ start }) => start - 512)).toEqual([0, 8000, 16000, 24000, 32000]);
    expect(values).toHaveLength(windows.length * VOICE_VALUES);
    const first = values.subarray(0, VOICE_VALUES);
    const last = values.subarray(-VOICE_VALUES);
    first.forEach((value, d) => expect(Math.abs(value - last[d])).toBeLessThan(0.1));
    const other = describeVoice(noise);
    expect(Math.hypot(...first.map((value, d) => value - other[d]))).toBeGreaterThan(3);
  });

  it('is numbers, however little is heard', () => {
    for (const length of [0, 100, 399, 400, 1000, RATE + 1])
      for (const value of describeVoice(new Float32Array(length))) expect(Number.isFinite(value)).toBe(true);
  });
});

describe('quantiles', () => {
  it('lie between the values on either side', () => {
    expect(quantile(Float64Array.of(4, 1, 3, 2), 0.5)).toBe(2.5);
    expect(quantile(Float64Array.of(5), 0.95)).toBe(5);
    expect(quantile(new Float64Array(0), 0.5)).toBe(0);
  });
});
