import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCanary, type CanaryOptions, type Recognizer } from '../../src/index.js';
import { makeModel, tone, value } from '../stand-in-graph.js';

const model = { id: 'c', name: 'C', languages: ['en', 'de'], description: '', wordTimestamps: true };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

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
const vocabulary = pieces.map((piece, i) => `${piece} ${i}`).join('\n');
const PROMPT = 9;
const POSITIONS = 80;

/** The text that follows a prompt with this language and punctuation. */
type Script = (language: string, punctuation: string, position: number) => string;

const encoder = makeModel(
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
function makeDecoder(script: Script): Uint8Array {
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

const talk: Script = (language, punctuation, position) => {
  const word = language === '<|de|>' ? '▁ja' : '▁yes';
  const text = punctuation === '<|pnc|>' ? [word, '.'] : [word];
  return text[position - PROMPT + 1] ?? '<|endoftext|>';
};

async function load(script: Script = talk, options: Partial<CanaryOptions> = {}): Promise<Recognizer> {
  const files = { encoder, decoder: makeDecoder(script), vocabulary };
  const recognizer = await loadCanary(ort, files, { model, ...options });
  opened.push(recognizer);
  return recognizer;
}

describe('Canary', () => {
  it('is told the language, and takes the first one when nobody says', async () => {
    const recognizer = await load();
    expect(recognizer.model.wordTimestamps).toBe(false);
    const answer = await recognizer.recognize(tone(500), { language: 'de', words: true });
    expect(answer).toMatchObject({ text: 'ja.', outcome: 'complete', language: 'de', words: [] });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect(await recognizer.recognize(tone(500))).toMatchObject({ text: 'yes.', language: 'en' });
    await expect(recognizer.recognize(tone(500), { language: 'fr' })).rejects.toThrow(RangeError);
  });

  it('leaves out punctuation when asked to', async () => {
    const recognizer = await load(talk, { punctuation: false });
    expect((await recognizer.recognize(tone(500))).text).toBe('yes');
  });

  it('notices circles and texts without an end, silence and spaces', async () => {
    const circle = await load((_, __, position) => (position % 2 === 0 ? 'x' : 'y'));
    expect(await circle.recognize(tone(500))).toMatchObject({ text: 'xy', outcome: 'looping' });
    const endless = await load(
      (_, __, position) => ['x', 'y', '.'][(position * position + (position >> 2)) % 3],
    );
    const cut = await endless.recognize(tone(500, 1));
    expect(cut.outcome).toBe('cut_off');
    expect(cut.text.length).toBe(12 + 16);
    const silent = await load(() => '<|endoftext|>');
    expect(await silent.recognize(tone(500))).toMatchObject({
      text: '',
      outcome: 'no_speech',
      confidence: null,
    });
    const empty = await load((_, __, position) => (position === PROMPT - 1 ? '▁' : '<|endoftext|>'));
    expect(await empty.recognize(tone(500))).toMatchObject({ text: '', outcome: 'empty' });
  });

  it('is refused when tokens of the prompt, files or tensors are missing', async () => {
    const files = { encoder, decoder: makeDecoder(talk), vocabulary };
    const refuse = (change: Partial<typeof files>, facts = model) =>
      expect(loadCanary(ort, { ...files, ...change }, { model: facts })).rejects;
    await refuse({ vocabulary: vocabulary.replace('<|noitn|>', '<|other|>') }).toThrow(/<\|noitn\|>/);
    await refuse({}, { ...model, languages: ['en', 'pl'] }).toThrow(/<\|pl\|>/);
    await refuse({}, { ...model, languages: [] }).toThrow(/languages/);
    await refuse({ decoder: encoder }).toThrow(/input_ids/);
    await refuse({ encoder: files.decoder }).toThrow(/audio_signal/);
    await expect(loadCanary(ort, { encoder, vocabulary }, { model })).rejects.toThrow(/decoder/);
  });
});
