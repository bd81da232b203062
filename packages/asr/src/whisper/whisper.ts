/**
 * Whisper as a Recognizer (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022), from tiny to
 * large-v3-turbo, distilled and English-only checkpoints too: prompt, language, silence, text and confidence. Not there:
 * beam search, and earlier text as a prompt, which spreads mistakes from one segment to the next.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import { SAMPLE_RATE } from '../audio.js';
import { AsrError } from '../errors.js';
import { WhisperLogMel } from '../features/whisper-log-mel.js';
import {
  readJson,
  readText,
  requireFile,
  requireText,
  type FamilyFiles,
  type LoadOptions,
} from '../load-options.js';
import {
  chooseLanguage,
  isLongEnough,
  NOTHING_SAID,
  type Outcome,
  type Recognition,
  type RecognizeOptions,
  type Recognizer,
} from '../recognizer.js';
import type { Runtime } from '../runtime.js';
import { logSumExp } from '../token-choice.js';
import { ByteLevelPieces } from '../vocabulary/byte-level-pieces.js';
import { tokensToText } from '../vocabulary/vocabulary.js';
import { decodeWithFallback, type Attempt } from './temperature-fallback.js';
import { TokenRules } from './token-rules.js';
import { readWhisperConfig, type WhisperConfig } from './whisper-config.js';
import { WhisperNetwork, type DecoderState, type DecoderStep } from './whisper-network.js';
import { findWords } from './whisper-words.js';

/** Nobody speaks when the model says so with this probability, and is unsure of its text. */
const NO_SPEECH = 0.6;
const UNSURE = -1;

type FileKey =
  'encoder' | 'decoder' | 'config' | 'generationConfig' | 'tokenizer' | 'vocabulary' | 'addedTokens';

/** Whisper's own wishes. */
export interface WhisperOptions extends LoadOptions {
  /** `translate` writes English whatever is spoken; only multilingual checkpoints can. */
  readonly task?: 'transcribe' | 'translate' | undefined;
  /**
   * Whether the model writes timestamps between phrases, as it does in the reference implementation. They are not part of the
   * text; segments are short enough without them, which is faster.
   */
  readonly timestamps?: boolean | undefined;
}

/**
 * Loads a Whisper checkpoint.
 *
 * Files: `encoder`, `decoder` (ONNX: `encoder_model`, `decoder_model_merged`), `config` (text: `config.json`), and `tokenizer`
 * (text: `tokenizer.json`) or `vocabulary` and `addedTokens` (texts: `vocab.json`, `added_tokens.json`); optional
 * `generationConfig` (text: `generation_config.json`).
 *
 * @throws {AsrError} `invalid_model` when files are missing or are something else, or the checkpoint cannot do what is wished.
 */
export async function loadWhisper(
  runtime: Runtime,
  files: FamilyFiles<FileKey>,
  options: WhisperOptions,
): Promise<Recognizer> {
  const { model, task = 'transcribe', timestamps = false, session } = options;
  requireText(files, 'config');
  const vocabulary = readVocabulary(files);
  const config = readWhisperConfig(
    readJson(files, 'config'),
    readJson(files, 'generationConfig'),
    vocabulary,
  );
  const taskToken = task === 'translate' ? config.translate : config.transcribe;
  const isMultilingual = config.languages.size > 0;
  if ((isMultilingual && taskToken === undefined) || (!isMultilingual && task === 'translate'))
    throw new AsrError('invalid_model', `The Whisper model cannot ${task}`);
  if (timestamps && config.firstTimestamp === undefined)
    throw new AsrError('invalid_model', 'The Whisper model has no timestamps');

  const known = isMultilingual ? [...config.languages.keys()] : ['en'];
  const languages =
    model.languages.length === 0 ? known : model.languages.filter((tag) => known.includes(tag));
  if (languages.length === 0)
    throw new AsrError(
      'invalid_model',
      'The Whisper model knows none of the languages that it is said to know',
    );
  const graphs = { encoder: requireFile(files, 'encoder'), decoder: requireFile(files, 'decoder') };
  const network = await WhisperNetwork.load(runtime, graphs, config.alignmentHeads, session);
  const facts = { ...model, languages, wordTimestamps: network.hasAttention };
  const rules = new TokenRules(config, timestamps);
  const wishes = [...(timestamps || config.noTimestamps === undefined ? [] : [config.noTimestamps])];
  if (isMultilingual && taskToken !== undefined) wishes.unshift(taskToken);
  return new Whisper(facts, network, vocabulary, config, rules, wishes);
}

function readVocabulary(files: FamilyFiles<FileKey>): ByteLevelPieces {
  if (readText(files, 'tokenizer') !== undefined)
    return ByteLevelPieces.fromTokenizer(readJson(files, 'tokenizer'));
  if (readText(files, 'vocabulary') === undefined)
    throw new AsrError('invalid_model', 'The model has neither a tokenizer file nor a vocabulary file');
  return ByteLevelPieces.fromVocabulary(readJson(files, 'vocabulary'), readJson(files, 'addedTokens'));
}

/** What stands before the text. */
interface Opening {
  readonly step: DecoderStep;
  readonly language: string;
  /** Probability that nobody speaks. */
  readonly noSpeech: number;
}

class Whisper implements Recognizer {
  readonly #logMel: WhisperLogMel;

  constructor(
    readonly model: ModelInfo,
    private readonly network: WhisperNetwork,
    private readonly vocabulary: ByteLevelPieces,
    private readonly config: WhisperConfig,
    private readonly rules: TokenRules,
    /** The tokens of the prompt after begin and language: task and "no timestamps". */
    private readonly wishes: readonly number[],
  ) {
    this.#logMel = new WhisperLogMel(config.melBands);
  }

  async recognize(pcm: Float32Array, options: RecognizeOptions = {}): Promise<Recognition> {
    const isAudible = isLongEnough(pcm);
    const wanted = chooseLanguage(this.model, options.language);
    const { signal } = options;
    signal?.throwIfAborted();
    if (!isAudible) return NOTHING_SAID;

    const { melBands, positions, end } = this.config;
    const encoded = await this.network.encode(this.#logMel.compute(pcm), melBands);
    signal?.throwIfAborted();
    const attention = options.words === true && this.model.wordTimestamps;
    const { step, language, noSpeech } = await this.#open(encoded, wanted, attention);
    const attempt = await decodeWithFallback(step, {
      network: this.network,
      rules: this.rules,
      end,
      // Half of the positions are kept for a prompt of earlier text, with or without one.
      maxTokens: Math.min(positions / 2, positions - step.state.length),
      attention,
      silent: noSpeech > NO_SPEECH,
      toText: (tokens) => tokensToText(this.vocabulary, tokens),
      signal,
    });
    if (noSpeech > NO_SPEECH && attempt.meanLogProbability < UNSURE) return { ...NOTHING_SAID, language };
    return this.#write(attempt, language, { duration: pcm.length / SAMPLE_RATE, regions: options.regions });
  }

  /** Feeds the prompt; finds out the language where it is not said. */
  async #open(encoded: DecoderState, wanted: string, attention: boolean): Promise<Opening> {
    const { begin, languages } = this.config;
    if (languages.size === 0) {
      const step = await this.network.feed(encoded, [begin, ...this.wishes], attention);
      return { step, language: 'en', noSpeech: this.#noSpeech(step.firstLogits) };
    }
    if (wanted !== 'auto') {
      const language = languages.get(wanted) ?? begin;
      const step = await this.network.feed(encoded, [begin, language, ...this.wishes], attention);
      return { step, language: wanted, noSpeech: this.#noSpeech(step.firstLogits) };
    }
    const first = await this.network.feed(encoded, [begin]);
    const [language, token] = this.#detectLanguage(first.logits);
    const step = await this.network.feed(first.state, [token, ...this.wishes], attention);
    return { step, language, noSpeech: this.#noSpeech(first.logits) };
  }

  /** The likeliest of the model's languages: what may follow the beginning is the language. */
  #detectLanguage(logits: Float32Array): [tag: string, token: number] {
    const candidates = this.model.languages.map((tag) => [tag, this.config.languages.get(tag) ?? 0] as const);
    const [tag, token] = candidates.reduce((best, next) => (logits[next[1]] > logits[best[1]] ? next : best));
    return [tag, token];
  }

  #noSpeech(logits: Float32Array): number {
    const { noSpeech } = this.config;
    return noSpeech === undefined ? 0 : Math.exp(logits[noSpeech] - logSumExp(logits));
  }

  #write(
    attempt: Attempt,
    language: string,
    audio: { duration: number; regions: RecognizeOptions['regions'] },
  ): Recognition {
    const text = tokensToText(this.vocabulary, attempt.tokens);
    return {
      text,
      confidence: text === '' ? null : Math.exp(attempt.meanLogProbability),
      words: findWords(attempt, this.vocabulary, audio),
      outcome: outcomeOf(attempt, text),
      language,
    };
  }

  async release(): Promise<void> {
    await this.network.release();
  }
}

function outcomeOf({ stop, tokens }: Attempt, text: string): Outcome {
  if (stop === 'repetition') return 'looping';
  if (text === '') return tokens.length === 0 ? 'no_speech' : 'empty';
  return stop === 'limit' ? 'cut_off' : 'complete';
}
