/**
 * What Whisper's files say about a checkpoint: `config.json`, `generation_config.json` and the tokenizer's special tokens.
 * Older exports lack part of it; then the tokenizer tells the rest.
 */
import { AsrError } from '../errors.js';
import type { JsonObject } from '../load-options.js';
import type { ByteLevelPieces } from '../vocabulary/byte-level-pieces.js';

/** A decoder layer and one of its heads. */
export type Head = readonly [layer: number, head: number];

/** Facts about a checkpoint. */
export interface WhisperConfig {
  readonly melBands: number;
  /** Most tokens of prompt and text together. */
  readonly positions: number;
  /** `<|startoftranscript|>`, with which every decoding begins. */
  readonly begin: number;
  /** `<|endoftext|>`; ids above it are special. */
  readonly end: number;
  /** Tokens that are never written: brackets, notes, speaker tags. */
  readonly suppressed: readonly number[];
  /** Tokens that the text does not begin with. */
  readonly suppressedFirst: readonly number[];
  /** The token of each language by BCP 47 tag; empty for English-only checkpoints. */
  readonly languages: ReadonlyMap<string, number>;
  readonly transcribe: number | undefined;
  readonly translate: number | undefined;
  readonly noTimestamps: number | undefined;
  /** `<|0.00|>`; the next ones are 20 ms apart. */
  readonly firstTimestamp: number | undefined;
  /** The latest that the first timestamp may be, counted from `<|0.00|>`. */
  readonly latestStart: number;
  /** The token whose probability at the first step says that nobody speaks. */
  readonly noSpeech: number | undefined;
  /** The heads whose attention follows the audio. */
  readonly alignmentHeads: readonly Head[];
}

const LANGUAGE = /^<\|([a-z]{2,3})\|>$/;
/** Whisper's tags that are not today's BCP 47. */
const BCP_47: Readonly<Record<string, string>> = { jw: 'jv' };
/** The smallest vocabulary of a multilingual checkpoint. */
const MULTILINGUAL_VOCABULARY = 51_865;
const USUAL_LATEST_START = 50;

/**
 * Reads a checkpoint's configuration.
 *
 * @throws {AsrError} `invalid_model` naming what is missing.
 */
export function readWhisperConfig(
  config: JsonObject,
  generation: JsonObject,
  vocabulary: ByteLevelPieces,
): WhisperConfig {
  const noTimestamps = vocabulary.find('<|notimestamps|>');
  const both = { ...config, ...generation };
  const latestStart = both['max_initial_timestamp_index'];
  return {
    melBands: requireCount(config, 'num_mel_bins'),
    positions: requireCount(config, 'max_target_positions'),
    begin: requireToken(vocabulary, '<|startoftranscript|>'),
    end: requireToken(vocabulary, '<|endoftext|>'),
    suppressed: readTokens(both['suppress_tokens']),
    suppressedFirst: readTokens(both['begin_suppress_tokens']),
    languages: isMultilingual(config, generation) ? readLanguages(generation, vocabulary) : new Map(),
    transcribe: vocabulary.find('<|transcribe|>'),
    translate: vocabulary.find('<|translate|>'),
    noTimestamps,
    firstTimestamp:
      vocabulary.find('<|0.00|>') ?? (noTimestamps === undefined ? undefined : noTimestamps + 1),
    latestStart: typeof latestStart === 'number' ? latestStart : USUAL_LATEST_START,
    noSpeech: vocabulary.find('<|nospeech|>') ?? vocabulary.find('<|nocaptions|>'),
    alignmentHeads: readAlignmentHeads(config, generation),
  };
}

function requireCount(config: JsonObject, name: string): number {
  const value = config[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new AsrError('invalid_model', `config.json of the Whisper model has no ${name}`);
  return value;
}

function requireToken(vocabulary: ByteLevelPieces, name: string): number {
  const id = vocabulary.find(name);
  if (id === undefined)
    throw new AsrError('invalid_model', `The tokenizer of the Whisper model has no ${name}`);
  return id;
}

function readTokens(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id): id is number => Number.isSafeInteger(id) && id >= 0) : [];
}

function isMultilingual(config: JsonObject, generation: JsonObject): boolean {
  const said = generation['is_multilingual'];
  if (typeof said === 'boolean') return said;
  return Number(config['vocab_size']) >= MULTILINGUAL_VOCABULARY;
}

function readLanguages(generation: JsonObject, vocabulary: ByteLevelPieces): Map<string, number> {
  const listed = generation['lang_to_id'];
  const entries: [string, unknown][] =
    listed !== null && typeof listed === 'object' ? Object.entries(listed) : [...vocabulary.entries()];
  const languages = new Map<string, number>();
  for (const [name, id] of entries) {
    const tag = LANGUAGE.exec(name)?.[1];
    if (tag !== undefined && typeof id === 'number') languages.set(BCP_47[tag] ?? tag, id);
  }
  return languages;
}

/**
 * Those listed; else all heads of the upper half of the layers, as the reference implementation does. Distilled checkpoints
 * may list the heads of their teacher, which has more layers: such a list is none.
 */
function readAlignmentHeads(config: JsonObject, generation: JsonObject): Head[] {
  const layers = requireCount(config, 'decoder_layers');
  const heads = requireCount(config, 'decoder_attention_heads');
  const listed = generation['alignment_heads'];
  const pairs = (Array.isArray(listed) ? listed : []).map((pair: number[]): Head => [pair[0], pair[1]]);
  if (pairs.length > 0 && pairs.every(([layer, head]) => layer < layers && head < heads)) return pairs;
  const upper = Array.from({ length: Math.ceil(layers / 2) }, (_, i) => Math.floor(layers / 2) + i);
  return upper.flatMap((layer) => Array.from({ length: heads }, (_, head) => [layer, head] as const));
}
