/**
 * A transducer that follows a script: its encoder numbers the frames, its prediction network counts the tokens, and a table says
 * what comes next. The tensors are those of real exports, in both layouts.
 */
import { makeModel, type StandInGraph, value } from '../stand-in-graph.js';

const pieces = ['<unk>', '▁good', '▁mor', 'ning', '.', '<blk>'];
export const vocabulary = pieces.map((piece, i) => `${piece} ${i}`).join('\n');
const DURATIONS = 5;
/** Enough for 30 s. */
const FRAMES = 400;
const MOST_TOKENS = 30;
const HIDDEN = 4;

/** What is likeliest at a frame when so many tokens have been written. */
export type Script = (frame: number, written: number) => { piece: string; duration?: number };

/** The encoder's frames are their own numbers, one for every 8 of the features'. */
export const encoder = makeModel(
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

/** Both networks in one file. */
export function decoderJoint(script: Script, hasDurations: boolean): Uint8Array {
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
export function decoderAndJoiner(script: Script, hasDurations: boolean) {
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
