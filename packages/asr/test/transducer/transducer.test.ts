import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransducer, type Recognizer } from '../../src/index.js';
import { makeModel, type StandInGraph, tone, value } from '../stand-in-graph.js';

const model = { id: 't', name: 'T', languages: ['en', 'de'], description: '', wordTimestamps: false };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

async function load(files: Parameters<typeof loadTransducer>[1]): Promise<Recognizer> {
  const recognizer = await loadTransducer(ort, files, { model });
  opened.push(recognizer);
  return recognizer;
}

const pieces = ['<unk>', '▁good', '▁mor', 'ning', '.', '<blk>'];
const vocabulary = pieces.map((piece, i) => `${piece} ${i}`).join('\n');
const DURATIONS = 5;
const FRAMES = 20;
const MOST_TOKENS = 30;
const HIDDEN = 4;

/** What is likeliest at a frame when so many tokens have been written. */
type Script = (frame: number, written: number) => { piece: string; duration?: number };

/** The encoder's frames are their own numbers, one for every 8 of the features'. */
const encoder = makeModel(
  [value('audio_signal', 'float32', ['batch', 128, 'frames']), value('length', 'int64', ['batch'])],
  [value('outputs', 'float32', ['batch', 1, 'encoded']), value('encoded_lengths', 'int64', ['batch'])],
  (g) => {
    const encoded = g.add('Div', ['length', g.integers('eight', [], [8])]);
    const end = g.add('Reshape', [encoded, g.integers('scalar', [0], [])]);
    const numbers = g.add('Range', [g.integers('zero', [], [0]), end, g.integers('one', [], [1])]);
    const floats = g.add('Cast', [numbers], { to: 1 });
    g.rename(g.add('Reshape', [floats, g.integers('shape', [3], [1, 1, -1])]), 'outputs');
    g.rename(encoded, 'encoded_lengths');
  },
);

/** Adds what looks the script up; `frame` and `written` are tensors of one number. */
function addJoint(
  g: StandInGraph,
  script: Script,
  hasDurations: boolean,
  frame: string,
  written: string,
): void {
  const classes = pieces.length + (hasDurations ? DURATIONS : 0);
  const table = new Float32Array(FRAMES * MOST_TOKENS * classes);
  for (let at = 0; at < FRAMES; at++)
    for (let count = 0; count < MOST_TOKENS; count++) {
      const { piece, duration = 0 } = script(at, count);
      const row = (at * MOST_TOKENS + count) * classes;
      table[row + pieces.indexOf(piece)] = 12;
      if (hasDurations) table[row + pieces.length + duration] = 9;
    }
  const scalar = g.integers('number', [1], [1]);
  const index = (name: string) => g.add('Cast', [g.add('Reshape', [name, scalar])], { to: 7 });
  const most = g.integers('most', [1], [MOST_TOKENS]);
  const row = g.add('Add', [g.add('Mul', [index(frame), most]), index(written)]);
  const rows = g.floats('table', [FRAMES * MOST_TOKENS, classes], table);
  g.rename(
    g.add('Reshape', [g.add('Gather', [rows, row]), g.integers('out', [4], [1, 1, 1, classes])]),
    'outputs',
  );
}

/** The first number of an LSTM's state: here it counts the tokens. */
function firstOf(g: StandInGraph, state: string): string {
  const flat = g.add('Reshape', [state, g.integers('flat', [1], [-1])]);
  return g.add('Slice', [flat, g.integers('from', [1], [0]), g.integers('to', [1], [1])]);
}

const state = (name: string) => value(name, 'float32', [2, 'batch', HIDDEN]);

function decoderJoint(script: Script, hasDurations: boolean): Uint8Array {
  return makeModel(
    [
      value('encoder_outputs', 'float32', ['batch', 1, 'frames']),
      value('targets', 'int32', ['batch', 'tokens']),
      value('target_length', 'int32', ['batch']),
      state('input_states_1'),
      state('input_states_2'),
    ],
    [
      value('outputs', 'float32', ['batch', 1, 1, 'classes']),
      state('output_states_1'),
      state('output_states_2'),
    ],
    (g) => {
      addJoint(g, script, hasDurations, 'encoder_outputs', firstOf(g, 'input_states_1'));
      const one = g.floats('one', [], [1]);
      for (const i of [1, 2]) g.rename(g.add('Add', [`input_states_${i}`, one]), `output_states_${i}`);
    },
  );
}

/** The two files of sherpa-onnx, with the names that the exporter made up. */
function decoderAndJoiner(script: Script, hasDurations: boolean) {
  const decoder = makeModel(
    [
      value('targets', 'int32', ['batch', 'tokens']),
      value('target_length', 'int32', ['batch']),
      state('states.1'),
      state('onnx::Slice_3'),
    ],
    [
      value('outputs', 'float32', ['batch', 1, 'tokens']),
      value('prednet_lengths', 'int32', ['batch']),
      state('states'),
      state('162'),
    ],
    (g) => {
      g.rename(g.add('Reshape', [firstOf(g, 'states.1'), g.integers('cube', [3], [1, 1, 1])]), 'outputs');
      g.rename('target_length', 'prednet_lengths');
      const one = g.floats('one', [], [1]);
      g.rename(g.add('Add', ['states.1', one]), 'states');
      g.rename(g.add('Add', ['onnx::Slice_3', one]), '162');
    },
  );
  const joiner = makeModel(
    [
      value('encoder_outputs', 'float32', ['batch', 1, 'frames']),
      value('decoder_outputs', 'float32', ['batch', 1, 'tokens']),
    ],
    [value('outputs', 'float32', ['batch', 1, 1, 'classes'])],
    (g) => addJoint(g, script, hasDurations, 'encoder_outputs', 'decoder_outputs'),
  );
  return { decoder, joiner };
}

/** "good" at frame 2 for 3 frames, "mor" at 8 (a duration of 0), "ning" there for 2, "." at 14. */
const withDurations: Script = (frame, written) => {
  if (frame >= 2 && written === 0) return { piece: '▁good', duration: 3 };
  if (frame === 8 && written === 1) return { piece: '▁mor', duration: 0 };
  if (frame === 8 && written === 2) return { piece: 'ning', duration: 2 };
  if (frame === 14 && written === 3) return { piece: '.', duration: 0 };
  // A blank without a duration moves on by one all the same.
  return { piece: '<blk>', duration: frame % 2 };
};

const layouts = {
  'one file for decoder and joiner': (script: Script, durations: boolean) => ({
    decoderJoint: decoderJoint(script, durations),
  }),
  'two files': decoderAndJoiner,
};

describe.each(Object.entries(layouts))('a transducer with %s', (_, layout) => {
  it('writes tokens at their frames and skips as many as it says', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(withDurations, true) });
    const answer = await recognizer.recognize(tone(500, 1.6), { words: true });
    expect(answer).toMatchObject({ text: 'good morning.', outcome: 'complete', language: undefined });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect(answer.words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['good', expect.closeTo(0.16), expect.closeTo(0.4)],
      ['morning.', expect.closeTo(0.64), expect.closeTo(0.8)],
    ]);
    // The next segment starts from nothing.
    expect((await recognizer.recognize(tone(500, 1.6), { language: 'de' })).language).toBe('de');
    expect((await recognizer.recognize(tone(500, 0.5))).text).toBe('good');
  });

  it('without durations moves on at blanks', async () => {
    const script: Script = (frame, written) =>
      frame === 3 && written < 3 ? { piece: ['▁good', '▁mor', 'ning'][written] } : { piece: '<blk>' };
    const recognizer = await load({ encoder, vocabulary, ...layout(script, false) });
    const answer = await recognizer.recognize(tone(500, 1.6), { words: true });
    expect(answer.text).toBe('good morning');
    expect(answer.words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['good', expect.closeTo(0.24), expect.closeTo(0.32)],
      ['morning', expect.closeTo(0.32), expect.closeTo(0.34)],
    ]);
  });

  it('that never writes a blank comes to an end', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(() => ({ piece: '.' }), false) });
    const answer = await recognizer.recognize(tone(500, 0.16));
    expect(answer.text).toBe('.'.repeat(20));
  });

  it('says that nobody speaks when there are only blanks, and stops when told', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(() => ({ piece: '<blk>' }), true) });
    expect(await recognizer.recognize(tone(500, 1))).toMatchObject({ text: '', outcome: 'no_speech' });
    await expect(recognizer.recognize(tone(500, 1), { signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/,
    );
    await expect(recognizer.recognize(tone(500, 1), { language: 'fr' })).rejects.toThrow(RangeError);
  });
});

describe('transducer files', () => {
  it('are refused without the networks, with swapped ones, or with another vocabulary', async () => {
    const joint = decoderJoint(withDurations, true);
    await expect(load({ encoder, vocabulary })).rejects.toThrow(/decoderJoint/);
    await expect(load({ vocabulary, decoderJoint: joint })).rejects.toThrow(/encoder/);
    await expect(load({ encoder: joint, vocabulary, decoderJoint: encoder })).rejects.toThrow(/audio_signal/);
    await expect(load({ encoder, vocabulary, decoderJoint: encoder })).rejects.toThrow(/encoder_outputs/);
    const { joiner } = decoderAndJoiner(withDurations, true);
    await expect(load({ encoder, vocabulary, decoder: joiner, joiner })).rejects.toThrow(/targets/);
    const more = `${vocabulary}\n${Array.from({ length: 30 }, (_, i) => `x${i} ${i + 6}`).join('\n')}`;
    const recognizer = await load({ encoder, vocabulary: more, decoderJoint: joint });
    await expect(recognizer.recognize(tone(500, 1))).rejects.toMatchObject({ code: 'invalid_model' });
  });
});
