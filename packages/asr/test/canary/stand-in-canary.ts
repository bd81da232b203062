/**
 * A Canary that follows a script: what it says depends on the language and the punctuation in its prompt, which it finds in the
 * memory that goes round from step to step. The tensors are those of real exports.
 */
import { makeModel, value } from '../stand-in-graph.js';

const pieces = [
  '▁yes',
  '▁ja',
  '▁',
  '.',
  'x',
  'y',
  '<|endoftext|>',
  '<|startofcontext|>',
  '<|startoftranscript|>',
];
pieces.push('<|emo:undefined|>', '<|en|>', '<|de|>', '<|fr|>', '<|pnc|>', '<|nopnc|>', '<|noitn|>');
pieces.push('<|notimestamp|>', '<|nodiarize|>');
export const vocabulary = pieces.map((piece, i) => `${piece} ${i}`).join('\n');
/** Tokens before the text. */
export const PROMPT = 9;
const POSITIONS = 80;

/** The text that follows a prompt with this language and punctuation. */
export type Script = (language: string, punctuation: string, position: number) => string;

/** Hears nothing. */
export const encoder = makeModel(
  [value('audio_signal', 'float32', ['batch', 128, 'frames']), value('length', 'int64', ['batch'])],
  [
    value('encoder_embeddings', 'float32', ['batch', 'encoded', 2]),
    value('encoder_mask', 'int64', ['batch', 'encoded']),
  ],
  (g) => {
    g.rename(g.floats('embeddings', [1, 3, 2], [0, 0, 0, 0, 0, 0]), 'encoder_embeddings');
    g.rename(g.integers('mask', [1, 3], [1, 1, 1]), 'encoder_mask');
  },
);

/** The memory keeps the tokens fed; what comes next depends on those at the places of language and punctuation. */
export function makeDecoder(script: Script): Uint8Array {
  const size = pieces.length;
  const table = new Float32Array(size * size * POSITIONS * size);
  pieces.forEach((language, i) =>
    pieces.forEach((punctuation, j) => {
      for (let position = 0; position < POSITIONS; position++) {
        const next = pieces.indexOf(script(language, punctuation, position));
        table[((i * size + j) * POSITIONS + position) * size + next] = 15;
      }
    }),
  );
  return makeModel(
    [
      value('input_ids', 'int64', ['batch', 'tokens']),
      value('encoder_embeddings', 'float32', ['batch', 'encoded', 2]),
      value('encoder_mask', 'int64', ['batch', 'encoded']),
      value('decoder_mems', 'float32', [2, 'batch', 'past', 1]),
    ],
    [
      value('logits', 'float32', ['batch', 'tokens', size]),
      value('decoder_hidden_states', 'float32', [2, 'batch', 'length', 1]),
    ],
    (g) => {
      const ids = g.add('Reshape', [
        g.add('Cast', ['input_ids'], { to: 1 }),
        g.integers('row', [4], [1, 1, -1, 1]),
      ]);
      const both = g.add('Concat', [ids, ids], { axis: 0 });
      const memory = g.add('Concat', ['decoder_mems', both], { axis: 2 });
      g.rename(memory, 'decoder_hidden_states');
      const half = g.add('Slice', [memory, g.integers('from', [1], [0]), g.integers('to', [1], [1])]);
      const flat = g.add('Cast', [g.add('Reshape', [half, g.integers('flat', [1], [-1])])], { to: 7 });
      const at = (place: number) => g.add('Gather', [flat, g.integers(`at${place}`, [1], [place])]);
      const length = g.add('Shape', [flat]);
      const one = g.integers('one', [1], [1]);
      const position = g.add('Sub', [length, one]);
      const row = [at(5), position].reduce(
        (index, next, i) =>
          g.add('Add', [g.add('Mul', [index, g.integers(`size${i}`, [1], [[size, POSITIONS][i]])]), next]),
        at(3),
      );
      const rows = g.floats('table', [size * size * POSITIONS, size], table);
      g.rename(g.add('Unsqueeze', [g.add('Gather', [rows, row]), g.integers('batch', [1], [0])]), 'logits');
    },
  );
}

/** Says yes in the language it is told. */
export const talk: Script = (language, punctuation, position) => {
  const word = language === '<|de|>' ? '▁ja' : '▁yes';
  const text = punctuation === '<|pnc|>' ? [word, '.'] : [word];
  return text[position - PROMPT + 1] ?? '<|endoftext|>';
};
