import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWav } from '../../../../test/fixtures/wav.js';
import { AsrError, loadMoonshine, SAMPLE_RATE, type Recognizer } from '../../src/index.js';
import { files, loadRecognizer } from '../models.js';
import { jfkPath } from '../speech.js';

describe('Moonshine', () => {
  const jfk = readWav(jfkPath);
  let recognizer: Recognizer;
  beforeAll(async () => {
    recognizer = await loadRecognizer();
  });
  afterAll(() => recognizer.release());

  it('gives clean text, its words, an honest outcome and a confidence', async () => {
    const recognition = await recognizer.recognize(jfk, { language: 'en', words: true });
    expect(recognition.text).toMatch(/^And so,? my fellow Americans,? ask not .* for your country\.$/);
    expect(recognition.text).not.toMatch(/<|▁|\s\s/);
    expect(recognition.outcome).toBe('complete');
    expect(recognition.words.map(({ word }) => word).join(' ')).toBe(recognition.text);
    expect(recognition.confidence).toBeGreaterThan(0.8);
    expect(recognition.confidence).toBeLessThan(1);
  });

  it('is less sure of speech under noise', async () => {
    const noisy = jfk.map((sample, i) => sample + 0.2 * Math.sin(i * i));
    const [clean, muffled] = [await recognizer.recognize(jfk), await recognizer.recognize(noisy)];
    expect(muffled.confidence).toBeLessThan(clean.confidence ?? 0);
  });

  it('answers the same when several segments are recognised at once', async () => {
    const pieces = [jfk.subarray(0, 60_000), jfk.subarray(60_000, 120_000), jfk.subarray(120_000)];
    const together = await Promise.all(pieces.map((piece) => recognizer.recognize(piece)));
    for (const [i, piece] of pieces.entries()) expect(together[i]).toEqual(await recognizer.recognize(piece));
  });

  it('does not change the samples it is given', async () => {
    const pcm = jfk.slice(0, SAMPLE_RATE);
    await recognizer.recognize(pcm);
    expect(pcm).toEqual(jfk.slice(0, SAMPLE_RATE));
  });

  it('finds nothing in next to nothing, and refuses what it cannot do', async () => {
    expect(await recognizer.recognize(new Float32Array(320))).toMatchObject({
      text: '',
      outcome: 'no_speech',
    });
    await expect(recognizer.recognize(new Float32Array(31 * SAMPLE_RATE))).rejects.toThrow(RangeError);
    await expect(recognizer.recognize(jfk, { language: 'de' })).rejects.toThrow(RangeError);
  });

  it('stops when it is aborted, with the signal’s reason, and goes on with the next', async () => {
    const controller = new AbortController();
    const reason = new Error('the listener left');
    let runs = 0;
    const counting = {
      Tensor: ort.Tensor,
      InferenceSession: {
        async create(...args: Parameters<typeof ort.InferenceSession.create>) {
          const session = await ort.InferenceSession.create(...args);
          const run = session.run.bind(session) as (...args: unknown[]) => Promise<never>;
          session.run = (...args: unknown[]) => {
            if (++runs === 1) controller.abort(reason);
            return run(...args);
          };
          return session;
        },
      },
    } as typeof ort;
    const watched = await loadMoonshine(counting, files);
    await expect(watched.recognize(jfk, { signal: controller.signal })).rejects.toBe(reason);
    expect(runs).toBe(1);
    await expect(watched.recognize(jfk, { signal: controller.signal })).rejects.toThrow();
    expect(runs).toBe(1);
    expect(await watched.recognize(jfk)).toMatchObject({ outcome: 'complete' });
    await watched.release();
  });

  it('refuses files that are not its own', async () => {
    const wrong = [
      { ...files, encoder: files.decoder },
      { ...files, decoder: files.encoder },
      { ...files, decoder: new Uint8Array(100) },
      { ...files, tokens: 'hello' },
    ];
    for (const set of wrong) {
      const loading = loadMoonshine(ort, set);
      await expect(loading).rejects.toThrow(AsrError);
      await expect(loading).rejects.toMatchObject({ code: 'invalid_model' });
    }
  });
});
