/**
 * NVIDIA's Canary as a Recognizer (Puvvada et al., "Less is More", 2024): a Conformer encoder and a Transformer decoder that is
 * told the language. It cannot find the language out: "auto" means the first one of the model. Greedy; no word times.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { SAMPLE_RATE } from '../audio.js';
import { AsrError } from '../errors.js';
import { NEMO_INPUTS, NemoAudio } from '../features/nemo-audio.js';
import { readJson, requireFile, requireText, type FamilyFiles, type LoadOptions } from '../load-options.js';
import {
  chooseLanguage,
  isLongEnough,
  NOTHING_SAID,
  type Recognition,
  type RecognizeOptions,
  type Recognizer,
} from '../recognizer.js';
import { findRepetition } from '../repetition.js';
import { openSession, runSession, type Runtime } from '../runtime.js';
import { readFloats, toIntegerTensor, wipeTensor, zeroTensor } from '../tensor-values.js';
import { findLikeliest } from '../token-choice.js';
import { SentencePieces } from '../vocabulary/sentence-pieces.js';
import { tokensToText } from '../vocabulary/vocabulary.js';
import { buildPrompt, END_OF_TEXT, requireToken } from './canary-prompt.js';

/** No language needs more tokens for what can be said in a second. */
const TOKENS_PER_SECOND = 12;
const EXTRA_TOKENS = 16;

const ENCODER_OUTPUTS = ['encoder_embeddings', 'encoder_mask'] as const;
const DECODER_OUTPUTS = ['logits', 'decoder_hidden_states'] as const;

type FileKey = 'encoder' | 'decoder' | 'vocabulary' | 'config';

/** Canary's own wishes. */
export interface CanaryOptions extends LoadOptions {
  /** Whether to write punctuation and capitals: true unless said otherwise. */
  readonly punctuation?: boolean | undefined;
}

/**
 * Loads a Canary model in the layout of `istupakov/canary-180m-flash-onnx` and `istupakov/canary-1b-v2-onnx`.
 *
 * Files: `encoder`, `decoder` (ONNX), `vocabulary` (text: `vocab.txt`); optional `config` (text: `config.json`).
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadCanary(
  runtime: Runtime,
  files: FamilyFiles<FileKey>,
  { model, session: settings, punctuation = true }: CanaryOptions,
): Promise<Recognizer> {
  const vocabulary = new SentencePieces(requireText(files, 'vocabulary'));
  if (model.languages.length === 0)
    throw new AsrError('invalid_model', 'The model does not say which languages it knows');
  const prompts = new Map(
    model.languages.map((language) => [language, buildPrompt(vocabulary, language, punctuation)]),
  );
  const end = requireToken(vocabulary, END_OF_TEXT);
  const encoder = await openSession(
    runtime,
    requireFile(files, 'encoder'),
    { name: 'Canary encoder', inputs: NEMO_INPUTS, outputs: ENCODER_OUTPUTS },
    settings,
  );
  let decoder: InferenceSession | undefined;
  try {
    const inputs = ['input_ids', ...ENCODER_OUTPUTS, 'decoder_mems'];
    const expected = { name: 'Canary decoder', inputs, outputs: DECODER_OUTPUTS };
    decoder = await openSession(runtime, requireFile(files, 'decoder'), expected, settings);
    const memory = zeroTensor(runtime, decoder, 'decoder_mems', { 1: 1, 2: 0 });
    const audio = new NemoAudio(runtime, encoder, readJson(files, 'config'));
    const facts = { ...model, wordTimestamps: false };
    return new Canary(facts, { runtime, encoder, decoder, memory, audio, vocabulary, prompts, end });
  } catch (error) {
    await encoder.release();
    await decoder?.release();
    throw error;
  }
}

interface Parts {
  readonly runtime: Runtime;
  readonly encoder: InferenceSession;
  readonly decoder: InferenceSession;
  /** The decoder's memory before its first token. */
  readonly memory: Tensor;
  readonly audio: NemoAudio;
  readonly vocabulary: SentencePieces;
  readonly prompts: ReadonlyMap<string, readonly number[]>;
  readonly end: number;
}

/** What came out of a decoding. */
interface Written {
  readonly tokens: readonly number[];
  /** Mean over tokens and end. */
  readonly meanLogProbability: number;
  readonly outcome: 'complete' | 'looping' | 'cut_off';
}

class Canary implements Recognizer {
  constructor(
    readonly model: ModelInfo,
    private readonly parts: Parts,
  ) {}

  async recognize(pcm: Float32Array, options: RecognizeOptions = {}): Promise<Recognition> {
    const isAudible = isLongEnough(pcm);
    const chosen = chooseLanguage(this.model, options.language);
    const language = chosen === 'auto' ? this.model.languages[0] : chosen;
    options.signal?.throwIfAborted();
    const { encoder, audio, vocabulary, prompts } = this.parts;
    const prepared = isAudible ? audio.prepare(pcm) : undefined;
    if (prepared === undefined) return NOTHING_SAID;

    const encoded = await runSession(encoder, prepared.feeds, ENCODER_OUTPUTS);
    Object.values(prepared.feeds).forEach(wipeTensor);
    const maxTokens = Math.ceil((pcm.length / SAMPLE_RATE) * TOKENS_PER_SECOND) + EXTRA_TOKENS;
    const written = await this.#write(encoded, prompts.get(language) ?? [], maxTokens, options.signal);
    const text = tokensToText(vocabulary, written.tokens);
    if (text === '') return { ...NOTHING_SAID, outcome: written.tokens.length === 0 ? 'no_speech' : 'empty' };
    const confidence = Math.exp(written.meanLogProbability);
    return { text, confidence, words: [], outcome: written.outcome, language };
  }

  async #write(
    encoded: Readonly<Record<string, Tensor>>,
    prompt: readonly number[],
    maxTokens: number,
    signal: AbortSignal | undefined,
  ): Promise<Written> {
    const { runtime, decoder, end } = this.parts;
    const tokens: number[] = [];
    let memory = this.parts.memory;
    let input = prompt;
    let sum = 0;
    for (;;) {
      signal?.throwIfAborted();
      const feeds = {
        ...encoded,
        input_ids: toIntegerTensor(runtime, decoder, 'input_ids', input, [1, input.length]),
        decoder_mems: memory,
      };
      const result = await runSession(decoder, feeds, DECODER_OUTPUTS);
      memory = result['decoder_hidden_states'];
      const logits = readFloats(result['logits']);
      const classes = result['logits'].dims[2];
      const { index, logProbability } = findLikeliest(logits, logits.length - classes);
      sum += logProbability;
      const meanLogProbability = sum / (tokens.length + 1);
      if (index === end) return { tokens, meanLogProbability, outcome: 'complete' };
      tokens.push(index);
      input = [index];
      const repetition = findRepetition(tokens);
      if (repetition) {
        tokens.length -= repetition.length * (repetition.times - 1);
        return { tokens, meanLogProbability, outcome: 'looping' };
      }
      if (tokens.length === maxTokens) return { tokens, meanLogProbability, outcome: 'cut_off' };
    }
  }

  async release(): Promise<void> {
    await this.parts.encoder.release();
    await this.parts.decoder.release();
  }
}
