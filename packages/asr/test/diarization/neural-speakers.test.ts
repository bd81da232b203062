import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countSpeakers, scoreTurns, type Turn } from '../../../../test/fixtures/der.js';
import { AsrError, Diarizer, NeuralSpeakers, type SpeakerTurn } from '../../src/index.js';
import { packVoices, unpackVoices } from '../../src/diarization/neural-description.js';
import { SlidingPieces } from '../../src/diarization/sliding-pieces.js';
import { seededRandom } from '../speech.js';
import {
  makeFbankEmbedding,
  makeSampleEmbedding,
  makeSegmentation,
  makeTwoInputEmbedding,
  sing,
} from './stand-in-voices.js';

const RATE = 16_000;

/** Voices laid over each other where their turns overlap. */
function perform(turns: readonly Turn[], seconds: number): Float32Array {
  const pcm = new Float32Array(seconds * RATE);
  for (const { start, end, speaker } of turns)
    sing(Number(speaker), end - start).forEach((sample, i) => (pcm[Math.round(start * RATE) + i] += sample));
  return pcm;
}

async function diarize(model: NeuralSpeakers, pcm: Float32Array, speakers = 0): Promise<SpeakerTurn[]> {
  const diarizer = new Diarizer(model, (start, end) => pcm.slice(start, end));
  const frames = Math.ceil(pcm.length / 512);
  // As a recording comes: a window at a time.
  for (let i = 0; i < frames; i += 300) await diarizer.push(new Float32Array(Math.min(300, frames - i)));
  return diarizer.finish(pcm.length, speakers);
}

const conversation: Turn[] = [
  { start: 1, end: 5, speaker: 0 },
  { start: 6, end: 9, speaker: 1 },
  { start: 9, end: 14, speaker: 2 },
  // at once
  { start: 12, end: 18, speaker: 1 },
  // less than a second
  { start: 19, end: 19.8, speaker: 2 },
  { start: 25, end: 28, speaker: 3 },
  { start: 30, end: 33, speaker: 1 },
  { start: 40, end: 45, speaker: 0 },
];
const SECONDS = 46;

describe.each([
  ['filter banks', makeFbankEmbedding],
  ['samples', makeSampleEmbedding],
])('neural models, the embedding of %s', (_, makeEmbedding) => {
  let model: NeuralSpeakers;
  beforeAll(async () => {
    const files = { segmentation: makeSegmentation(), embedding: makeEmbedding() };
    model = await NeuralSpeakers.load(ort, files);
  });
  afterAll(() => model.release());

  it('tell who speaks when, at once and for less than a second too', async () => {
    const turns = await diarize(model, perform(conversation, SECONDS));
    expect(countSpeakers(turns)).toBe(4);
    expect(scoreTurns(conversation, turns, 0.1).rate).toBeLessThan(0.02);
    expect(turns[0]).toMatchObject({ speaker: 0 });
    expect(turns[0].start).toBeCloseTo(1, 1);
  });

  it('find as many speakers as there are said to be', async () => {
    const pcm = perform(conversation, SECONDS);
    expect(countSpeakers(await diarize(model, pcm, 2))).toBe(2);
    expect(countSpeakers(await diarize(model, pcm, 1))).toBe(1);
  });

  it('hear a recording shorter than a window, and nobody in silence', async () => {
    const turns = await diarize(model, perform([{ start: 0.5, end: 2.5, speaker: 1 }], 3));
    expect(turns).toHaveLength(1);
    expect(turns[0].end).toBeCloseTo(2.5, 1);
    expect(await diarize(model, new Float32Array(25 * RATE))).toEqual([]);
    expect(await diarize(model, new Float32Array(0))).toEqual([]);
  });
});

describe('files that are no such models', () => {
  const segmentation = makeSegmentation();

  it.each([
    ['not ONNX', new Uint8Array(10), makeSampleEmbedding()],
    ['an embedding model with more inputs', segmentation, makeTwoInputEmbedding()],
  ])('%s: refused when loaded', async (_, first, embedding) => {
    const failure = await NeuralSpeakers.load(ort, { segmentation: first, embedding }).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(AsrError);
    expect(failure).toMatchObject({ code: 'invalid_model' });
  });

  it('a segmentation of other classes: refused when it answers', async () => {
    const files = { segmentation: makeSegmentation(4), embedding: makeSampleEmbedding() };
    const model = await NeuralSpeakers.load(ort, files);
    await expect(diarize(model, sing(0, 3))).rejects.toMatchObject({ code: 'invalid_model' });
  });
});

describe('the windows of neural models', () => {
  it('cover a recording of any length, whatever comes at a time', () => {
    const random = seededRandom(8);
    for (const seconds of [0.01, 3, 10, 10.02, 12, 47.3]) {
      const total = Math.round(seconds * RATE);
      const cutter = new SlidingPieces();
      const pieces = [];
      for (let frames = Math.ceil(total / 512); frames > 0;) {
        const count = Math.min(frames, 1 + Math.floor(random() * 400));
        pieces.push(...cutter.push(new Float32Array(count)));
        frames -= count;
      }
      pieces.push(...cutter.flush(total));
      expect(pieces[0].start).toBe(0);
      expect(pieces.at(-1)?.end).toBe(total);
      for (const [i, { start, end }] of pieces.entries()) {
        expect(end - start).toBeLessThanOrEqual(10 * RATE);
        if (i > 0) expect(start).toBe(pieces[i - 1].start + 2 * RATE);
      }
    }
  });

  it('are described by numbers that mean the same when they come back', () => {
    const random = seededRandom(9);
    const masks = Uint8Array.from({ length: 589 }, () => Math.floor(random() * 8));
    const embedding = Float32Array.from({ length: 5 }, random);
    const voices = [
      { speaker: 0, seconds: 1.5, embedding },
      { speaker: 2, seconds: 0.5, embedding: embedding.map((x) => -x) },
    ];
    expect(unpackVoices(packVoices({ masks, voices }))).toEqual({ masks, voices });
    expect(unpackVoices(packVoices({ masks, voices: [] }))).toEqual({ masks, voices: [] });
  });
});
