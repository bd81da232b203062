import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { AsrError, loadCtc, type Recognizer } from '../../src/index.js';
import { makeModel, tone, value } from '../stand-in-graph.js';
import { scripted, tokens } from './stand-in-nemo-ctc.js';

const model = { id: 'c', name: 'C', languages: ['en'], description: '', wordTimestamps: false };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

async function load(files: Parameters<typeof loadCtc>[1]): Promise<Recognizer> {
  const recognizer = await loadCtc(ort, files, { model });
  opened.push(recognizer);
  return recognizer;
}

const characters = ['<pad>', '<s>', '</s>', '<unk>', '|', 'A', 'B', 'C', "'"];
const vocabulary = JSON.stringify(Object.fromEntries(characters.map((name, i) => [name, i])));
const FRAME = 320;

/** Hears the level of each frame of 20 ms: level k/64 is class k. */
const hearing = makeModel(
  [value('input_values', 'float32', ['batch', 'samples'])],
  [value('logits', 'float32', ['batch', 'frames', characters.length])],
  (g) => {
    const frames = g.add('Reshape', ['input_values', g.integers('frames', [3], [1, -1, FRAME])]);
    const level = g.add('ReduceMean', [frames], { axes: [2], keepdims: 1 });
    const classes = g.floats('classes', [1, 1, characters.length], [...characters.keys()]);
    const distance = g.add('Sub', [g.add('Mul', [level, g.floats('scale', [], [64])]), classes]);
    const square = g.add('Mul', [distance, distance]);
    g.rename(g.add('Mul', [square, g.floats('sure', [], [-20])]), 'logits');
  },
);

/** Audio that the hearing model writes down as these characters, one a frame; `.` is blank. */
function speak(text: string): Float32Array {
  const pcm = new Float32Array(text.length * FRAME);
  [...text].forEach((character, i) => {
    const id = character === '.' ? 0 : characters.indexOf(character);
    pcm.fill(id / 64, i * FRAME, (i + 1) * FRAME);
  });
  return pcm;
}

describe('wav2vec2-type CTC', () => {
  const files = { model: hearing, vocabulary, preprocessor: '{"do_normalize":false}' };

  it('joins repeats, keeps doubled letters apart by blanks, and times words by frames', async () => {
    const recognizer = await load(files);
    expect(recognizer.model.wordTimestamps).toBe(true);
    const answer = await recognizer.recognize(speak("..AAB.BB.||.C'A.."), { words: true });
    expect(answer).toMatchObject({ text: "ABB C'A", outcome: 'complete', language: 'en' });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect(answer.words).toEqual([
      { word: 'ABB', start: 0.04, end: 0.16, confidence: expect.closeTo(1) as number },
      { word: "C'A", start: 0.24, end: 0.3, confidence: expect.closeTo(1) as number },
    ]);
    expect((await recognizer.recognize(speak('.AB...'))).words).toEqual([]);
  });

  it('says that nobody speaks when every frame is blank, and that text is empty when it is spaces', async () => {
    const recognizer = await load(files);
    expect(await recognizer.recognize(speak('........'))).toMatchObject({ text: '', outcome: 'no_speech' });
    expect(await recognizer.recognize(speak('..||....'))).toMatchObject({ text: '', outcome: 'empty' });
    expect(await recognizer.recognize(new Float32Array(100))).toMatchObject({ outcome: 'no_speech' });
  });

  it('gets samples of mean 0 and variance 1 unless the model wants them as they are', async () => {
    // Writes A when the second moment is 1 and the first 0, else B.
    const judge = makeModel(
      [value('input_values', 'float32', ['batch', 'samples'])],
      [value('logits', 'float32', ['batch', 1, characters.length])],
      (g) => {
        const mean = g.add('ReduceMean', ['input_values'], { axes: [1], keepdims: 1 });
        const power = g.add('ReduceMean', [g.add('Mul', ['input_values', 'input_values'])], {
          axes: [1],
          keepdims: 1,
        });
        const off = g.add('Add', [
          g.add('Abs', [mean]),
          g.add('Abs', [g.add('Sub', [power, g.floats('one', [], [1])])]),
        ]);
        const isOff = g.add('Cast', [g.add('Greater', [off, g.floats('near', [], [0.001])])], { to: 7 });
        const table = characters
          .flatMap((_, i) => (i === 5 ? 9 : 0))
          .concat(characters.map((_, i) => (i === 6 ? 9 : 0)));
        g.rename(g.add('Gather', [g.floats('table', [2, characters.length], table), isOff]), 'logits');
      },
    );
    const pcm = tone(300, 0.5).map((sample) => sample + 0.2);
    const before = pcm.slice();
    expect((await (await load({ model: judge, vocabulary })).recognize(pcm)).text).toBe('A');
    expect(pcm).toEqual(before);
    expect((await (await load({ ...files, model: judge })).recognize(pcm)).text).toBe('B');
  });

  it('is refused without a padding token, with another vocabulary, or without logits', async () => {
    await expect(load({ ...files, vocabulary: '{"a":0}' })).rejects.toThrow(/padding/);
    await expect(load({ ...files, vocabulary: '["a"]x' })).rejects.toThrow(/JSON/);
    await expect(load({ ...files, vocabulary: '{"a":"b"}' })).rejects.toThrow(/characters and ids/);
    await expect(load({ vocabulary })).rejects.toThrow(/no model file/);
    await expect(load({ model: hearing })).rejects.toThrow(/no vocabulary file/);
    const larger = JSON.stringify({ '<pad>': 0, z: 20 });
    const recognizer = await load({ ...files, vocabulary: larger });
    await expect(recognizer.recognize(speak('AAAAAA'))).rejects.toThrow(AsrError);
  });
});

describe('NeMo CTC', () => {
  it('puts words together from pieces and bytes, with times of 80 ms', async () => {
    const recognizer = await load({ model: scripted, vocabulary: tokens });
    const answer = await recognizer.recognize(tone(500, 0.88), { words: true });
    expect(answer).toMatchObject({ text: 'hello worldé', outcome: 'complete' });
    expect(answer.words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['hello', expect.closeTo(0.08), expect.closeTo(0.32)],
      ['worldé', expect.closeTo(0.48), expect.closeTo(0.8)],
    ]);
  });

  it('is refused when it is no CTC model or no vocabulary', async () => {
    await expect(load({ model: scripted, vocabulary: 'no numbers here' })).rejects.toThrow(/pieces and ids/);
    await expect(load({ model: scripted, vocabulary: 'a 0\nb 2' })).rejects.toThrow(/lacks pieces/);
    const other = makeModel([value('x', 'float32', [1])], [value('y', 'float32', [1])], (g) =>
      g.rename('x', 'y'),
    );
    await expect(load({ model: other, vocabulary: tokens })).rejects.toThrow(
      /audio_signal, length, logprobs/,
    );
    await expect(load({ model: new Uint8Array(10), vocabulary: tokens })).rejects.toMatchObject({
      code: 'invalid_model',
    });
  });
});
