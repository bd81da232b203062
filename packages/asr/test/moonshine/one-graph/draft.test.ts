import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWav } from '../../../../../test/fixtures/wav.js';
import { composeMoonshine } from '../../../src/index.js';
import type { Decoding } from '../../../src/moonshine/decoding.js';
import { OneGraph } from '../../../src/moonshine/one-graph/one-graph.js';
import { END } from '../../../src/moonshine/tokens.js';
import { files } from '../../models.js';
import { hasRecordings, samplesOf } from '../../shared-recordings.js';
import { jfkPath, seededRandom } from '../../speech.js';

const SECOND = 16_000;
const jfk = readWav(jfkPath);
const wishes = (pcm: Float32Array) => ({
  maxTokens: Math.ceil((6.5 * pcm.length) / SECOND) + 4,
  noSpeechAbove: -0.7,
  attention: true,
});

/** The same tokens, probabilities and attention; the last digits of probabilities alone are nobody's business. */
function expectSame(decoding: Decoding, expected: Decoding): void {
  expect(decoding.tokens).toEqual(expected.tokens);
  expect(decoding.stop).toBe(expected.stop);
  expect(decoding.meanLogProbability).toBeCloseTo(expected.meanLogProbability, 3);
  const [weights, others] = [decoding, expected].map(
    ({ followed }) => followed?.attention.weights ?? new Float32Array(0),
  );
  expect(weights).toHaveLength(others.length);
  expect(weights.every((weight, i) => Math.abs(weight - others[i]) < 0.001)).toBe(true);
}

describe('a draft', () => {
  let graph: OneGraph;
  beforeAll(async () => {
    graph = await OneGraph.load(ort, composeMoonshine(files.encoder, files.decoder, { drafts: true }));
  }, 60_000);
  afterAll(() => graph.release());

  /** Drafts of every kind, made of what is right and of something else. */
  function draftsFor(right: readonly number[], before: readonly number[], seed: number): number[][] {
    const random = seededRandom(seed);
    const any = () => Math.floor(32_000 * random());
    const middle = Math.floor(right.length / 2);
    return [
      [...right],
      [...before],
      right.slice(0, middle),
      right.map((token, i) => (i === middle ? any() : token)),
      [any(), ...right.slice(1)],
      [...right, ...Array.from({ length: 100 }, any)],
      [...right.slice(0, 3), END, ...right.slice(3)],
      Array.from({ length: 20 }, any),
    ];
  }

  it('changes nothing, whether right, wrong, too long, ended or of less audio', async () => {
    let before: readonly number[] = [];
    for (const seconds of [0.7, 2, 3.3, 5, 8, 11]) {
      const pcm = jfk.subarray(0, seconds * SECOND);
      const expected = await graph.decode(pcm, wishes(pcm));
      for (const draft of draftsFor(expected.tokens, before, seconds))
        expectSame(await graph.decode(pcm, { ...wishes(pcm), draft }), expected);
      before = expected.tokens;
    }
  });

  it('counts against the limit, ends where nothing was said, and is nothing when it is empty', async () => {
    const { tokens } = await graph.decode(jfk, wishes(jfk));
    const noise = Float32Array.from({ length: 40_000 }, (_, i) => 0.3 * Math.sin(i * i));
    for (const [pcm, options] of [
      [jfk, { maxTokens: 7 }],
      [jfk, { maxTokens: 1 }],
      [jfk, { noSpeechAbove: -100 }],
      [noise, { noSpeechAbove: 1 }],
      [noise, {}],
    ] as const) {
      const wanted = { ...wishes(pcm), ...options };
      const expected = await graph.decode(pcm, wanted);
      for (const draft of [[], tokens]) expectSame(await graph.decode(pcm, { ...wanted, draft }), expected);
    }
  });

  it('is let be by a graph that was not made for drafts, which writes the same', async () => {
    const plain = await OneGraph.load(ort, composeMoonshine(files.encoder, files.decoder));
    const expected = await graph.decode(jfk, wishes(jfk));
    expectSame(await plain.decode(jfk, { ...wishes(jfk), draft: expected.tokens }), expected);
    await plain.release();
  });

  it.skipIf(!hasRecordings)(
    'of another recording changes nothing either (skipped without recordings)',
    async () => {
      let other: readonly number[] = [];
      for (const file of [
        'ps_cards_001.flac',
        'sb_spk2_snt2.flac',
        'vctk_p226_021.flac',
        'leopard_en.flac',
      ]) {
        const whole = samplesOf(file).subarray(0, 10 * SECOND);
        let before: readonly number[] = [];
        for (let samples = 0.8 * SECOND; samples < whole.length; samples += 1.7 * SECOND) {
          const pcm = whole.subarray(0, samples);
          const expected = await graph.decode(pcm, wishes(pcm));
          for (const draft of [before, other, [...before, ...other]])
            expectSame(await graph.decode(pcm, { ...wishes(pcm), draft }), expected);
          before = expected.tokens;
        }
        other = before;
      }
    },
    60_000,
  );
});
