import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWav } from '../../../test/fixtures/wav.js';
import { AsrError, FRAME_SAMPLES, VoiceActivityDetector } from '../src/index.js';
import { files, loadVad, modelFile } from './models.js';
import { jfkPath } from './speech.js';

describe('VoiceActivityDetector', () => {
  const jfk = readWav(jfkPath);
  let vad: VoiceActivityDetector;
  beforeAll(async () => {
    vad = await loadVad();
  });
  afterAll(() => vad.release());

  it('hears speech in speech and none in silence', async () => {
    const speech = await vad.run(jfk, vad.createState());
    const silence = await vad.run(new Float32Array(jfk.length), vad.createState());
    expect(speech.probabilities.filter((p) => p > 0.5).length).toBeGreaterThan(150);
    expect(Math.max(...silence.probabilities)).toBeLessThan(0.35);
  });

  it('gives the same probabilities in windows, with the state sent through a message in between', async () => {
    const whole = await vad.run(jfk, vad.createState());
    const parts: number[] = [];
    let state = vad.createState();
    for (let start = 0; start < jfk.length; start += 50 * FRAME_SAMPLES) {
      const part = await vad.run(jfk.subarray(start, start + 50 * FRAME_SAMPLES), structuredClone(state));
      parts.push(...part.probabilities);
      state = part.state;
    }
    expect(parts).toEqual([...whole.probabilities]);
    expect(state).toEqual(whole.state);
  });

  it('leaves the samples and the state that it was given as they were', async () => {
    const pcm = jfk.slice(0, 20_000);
    const state = vad.createState();
    await vad.run(pcm, state);
    expect(pcm).toEqual(jfk.slice(0, 20_000));
    expect(state).toEqual(vad.createState());
  });

  it('takes a last window that ends inside a frame, and one of nothing', async () => {
    expect((await vad.run(jfk.subarray(0, 513), vad.createState())).probabilities).toHaveLength(2);
    expect((await vad.run(jfk.subarray(0, 0), vad.createState())).probabilities).toHaveLength(0);
  });

  it('refuses samples that are not finite', async () => {
    for (const value of [NaN, Infinity])
      await expect(vad.run(new Float32Array(1024).fill(value), vad.createState())).rejects.toThrow(
        RangeError,
      );
  });

  it('hears the same in many frames at once as frame by frame', async () => {
    const plain = await VoiceActivityDetector.load(ort, modelFile('silero_vad_v6.onnx'));
    const noise = Float32Array.from({ length: 100_000 }, (_, i) => 0.2 * Math.sin(i * i));
    for (const pcm of [jfk, noise]) {
      const [expected, { probabilities, state }] = [
        await plain.run(pcm, plain.createState()),
        await vad.run(pcm, vad.createState()),
      ];
      expect(largestDifference(probabilities, expected.probabilities)).toBeLessThan(1e-4);
      expect(largestDifference(state.hidden, expected.state.hidden)).toBeLessThan(1e-3);
      expect(state.context).toEqual(expected.state.context);
    }
    await plain.release();
  });

  it('refuses files that are another model or none', async () => {
    for (const file of [
      modelFile('encoder_model.onnx'),
      files.encoder,
      Uint8Array.of(1, 2, 3),
      '/no/such/file.onnx',
    ]) {
      const loading = VoiceActivityDetector.load(ort, file);
      await expect(loading).rejects.toThrow(AsrError);
      await expect(loading).rejects.toMatchObject({ code: 'invalid_model' });
    }
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
