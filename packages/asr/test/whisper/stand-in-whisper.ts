/**
 * A Whisper that hears tones: the pitch of the audio chooses a script, and the script says the logits at each position. It has
 * the tensors of a real export, and answers nonsense when the cache or the cache branch are not passed on as they should be.
 */
import { WhisperLogMel, WHISPER_FRAMES } from '../../src/features/whisper-log-mel.js';
import { makeModel, tone, value } from '../stand-in-graph.js';

/** Longest text that scripts tell apart by position. */
const POSITIONS = 64;
const BANDS = 80;
export const FRAMES = 1500;

const words = ['Ġthe', 'Ġcat', 'Ġsat', 'ĠcafÃ', '©', '.', 'Ġ', 'Ġnoise', 'Ġein', 'Ġ[', 'Ġmat'];
const languages = ['<|en|>', '<|de|>', '<|fr|>'];
const special = ['<|endoftext|>', '<|startoftranscript|>', ...languages];
special.push('<|translate|>', '<|transcribe|>', '<|startofprev|>', '<|nospeech|>', '<|notimestamps|>');
const names = [...words, ...special];
export const CLASSES = names.length + FRAMES + 1;

/** The id of a token by its name, or of the timestamp at so many seconds. */
export function id(name: string | number): number {
  if (typeof name === 'number') return names.length + Math.round(name / 0.02);
  const found = names.indexOf(name);
  if (found < 0) throw new Error(`no such token: ${name}`);
  return found;
}

/** Logits of one position; tokens that are not named have 0. */
export type Row = Readonly<Record<number, number>>;
/** The logits that follow the token at a position. */
export type Script = (position: number) => Row;

const SURE = 30;

/** A script that writes tokens after a prompt of so many, then the end. */
export function spell(prompt: number, tokens: readonly (string | number)[], first: Row = {}): Script {
  return (position) => {
    if (position < prompt - 1) return position === 0 ? first : {};
    return { [id(tokens[position - prompt + 1] ?? '<|endoftext|>')]: SURE };
  };
}

/** What a stand-in can do. */
interface StandIn {
  /** Scripts by the pitch of the tone in Hz. */
  readonly scripts: Readonly<Record<number, Script>>;
  readonly multilingual?: boolean;
  /** The frame that the tokens at a position attend to: with it, the export has attention. */
  readonly attendsTo?: (position: number) => number;
  readonly precision?: 'float32' | 'float16';
}

/** The files of a stand-in, by the keys of the family. */
export function makeWhisper(standIn: StandIn) {
  const { multilingual = true } = standIn;
  const vocab = Object.fromEntries(words.map((word, i) => [word, i]));
  const added = special.map((content) => ({ content, id: id(content), special: true }));
  return {
    encoder: makeEncoder(standIn),
    decoder: makeDecoder(standIn),
    config: JSON.stringify({
      num_mel_bins: BANDS,
      max_target_positions: 48,
      decoder_layers: 1,
      decoder_attention_heads: 1,
      vocab_size: CLASSES,
    }),
    generationConfig: JSON.stringify({
      is_multilingual: multilingual,
      suppress_tokens: [id('Ġ[')],
      begin_suppress_tokens: [id('Ġ'), id('<|endoftext|>')],
      lang_to_id: Object.fromEntries(languages.map((name) => [name, id(name)])),
      alignment_heads: [[0, 0]],
    }),
    tokenizer: JSON.stringify({ model: { vocab }, added_tokens: added }),
  };
}

function loudestBand(hertz: number): number {
  const mel = new WhisperLogMel(BANDS).compute(tone(hertz));
  const sums = Array.from({ length: BANDS }, (_, band) =>
    mel.subarray(band * WHISPER_FRAMES, (band + 1) * WHISPER_FRAMES).reduce((sum, x) => sum + x, 0),
  );
  return sums.indexOf(Math.max(...sums));
}

function makeEncoder({ scripts }: StandIn): Uint8Array {
  const scriptOfBand = new Array<number>(BANDS).fill(0);
  Object.keys(scripts).forEach((hertz, i) => (scriptOfBand[loudestBand(Number(hertz))] = i));
  return makeModel(
    [value('input_features', 'float32', ['batch', BANDS, WHISPER_FRAMES])],
    [value('last_hidden_state', 'float32', ['batch', FRAMES, 1])],
    (g) => {
      const mean = g.add('ReduceMean', ['input_features'], { axes: [2], keepdims: 0 });
      const band = g.add('ArgMax', [mean], { axis: 1, keepdims: 0 });
      const script = g.add('Gather', [g.floats('scripts', [BANDS], scriptOfBand), band]);
      const shape = g.integers('shape', [3], [1, FRAMES, 1]);
      const cube = g.add('Reshape', [script, g.integers('cube', [3], [1, 1, 1])]);
      g.rename(g.add('Expand', [cube, shape]), 'last_hidden_state');
    },
  );
}

const parts = ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'];

function makeDecoder({ scripts, attendsTo, precision = 'float32' }: StandIn): Uint8Array {
  const list = Object.values(scripts);
  const logits = new Float32Array(list.length * POSITIONS * CLASSES);
  list.forEach((script, i) => {
    for (let position = 0; position < POSITIONS; position++)
      for (const [token, logit] of Object.entries(script(position)))
        logits[(i * POSITIONS + position) * CLASSES + Number(token)] = logit;
  });
  const outputs = [value('logits', 'float32', ['batch', 'tokens', CLASSES])];
  for (const part of parts) outputs.push(value(`present.0.${part}`, precision, ['batch', 1, 'length', 1]));
  if (attendsTo) outputs.push(value('cross_attentions.0', 'float32', ['batch', 1, 'tokens', FRAMES]));
  return makeModel(
    [
      value('input_ids', 'int64', ['batch', 'tokens']),
      value('encoder_hidden_states', 'float32', ['batch', FRAMES, 1]),
      ...parts.map((part) => value(`past_key_values.0.${part}`, precision, ['batch', 1, 'past', 1])),
      value('use_cache_branch', 'bool', [1]),
    ],
    outputs,
    (g) => {
      const to = precision === 'float16' ? 10 : 1;
      const cache = g.integers('cache', [4], [1, 1, -1, 1]);
      const fed = g.add('Cast', [g.add('Reshape', ['input_ids', cache])], { to });
      const hidden = g.add('Cast', [g.add('Reshape', ['encoder_hidden_states', cache])], { to });
      const [from, frames] = [g.integers('from', [1], [0]), g.integers('frames', [1], [FRAMES])];
      const axis = g.integers('axis', [1], [2]);
      for (const part of parts) {
        const grown = g.add('Concat', [`past_key_values.0.${part}`, part.startsWith('d') ? fed : hidden], {
          axis: 2,
        });
        // The encoder's part is what came in first.
        const kept = part.startsWith('d') ? grown : g.add('Slice', [grown, from, frames, axis]);
        g.rename(kept, `present.0.${part}`);
        if (part === 'encoder.value') g.rename(kept, 'heard');
      }
      const scalar = g.integers('scalar', [0], []);
      const count = (tensor: string, dim: number) =>
        g.add('Reshape', [
          g.add('Gather', [g.add('Shape', [tensor]), g.integers(`dim${dim}`, [1], [dim])]),
          scalar,
        ]);
      const past = count('past_key_values.0.decoder.value', 2);
      const end = g.add('Add', [past, count('input_ids', 1)]);
      const one = g.integers('one', [], [1]);
      const positions = g.add('Min', [
        g.add('Range', [past, end, one]),
        g.integers('last', [1], [POSITIONS - 1]),
      ]);
      const first = g.add('Slice', ['heard', from, g.integers('to', [1], [1]), axis]);
      const script = g.add('Reshape', [g.add('Cast', [first], { to: 7 }), scalar]);
      const table = g.floats('logits_table', [list.length, POSITIONS, CLASSES], logits);
      const rows = g.add('Gather', [g.add('Gather', [table, script]), positions]);
      const isCached = g.add('Greater', [past, g.integers('zero', [], [0])]);
      const isRight = g.add('Cast', [g.add('Equal', [isCached, 'use_cache_branch'])], { to: 1 });
      g.rename(g.add('Unsqueeze', [g.add('Mul', [rows, isRight]), g.integers('batch', [1], [0])]), 'logits');
      if (attendsTo) {
        const weights = attentionTable(attendsTo);
        const attention = g.add('Gather', [g.floats('attention', [POSITIONS, FRAMES], weights), positions]);
        g.rename(g.add('Unsqueeze', [attention, g.integers('head', [2], [0, 1])]), 'cross_attentions.0');
      }
    },
  );
}

/** For each position a bell around a frame, the sum of which is 1. */
function attentionTable(attendsTo: (position: number) => number): Float32Array {
  const table = new Float32Array(POSITIONS * FRAMES);
  for (let position = 0; position < POSITIONS; position++) {
    const row = table.subarray(position * FRAMES, (position + 1) * FRAMES);
    for (let frame = 0; frame < FRAMES; frame++)
      row[frame] = Math.exp(-(((frame - attendsTo(position)) / 4) ** 2));
    const sum = row.reduce((total, weight) => total + weight, 0);
    for (let frame = 0; frame < FRAMES; frame++) row[frame] /= sum;
  }
  return table;
}
