/**
 * Moonshine as a Recognizer: limits, what counts as no speech, text and confidence. How the model is run is
 * MoonshineDecoder's business.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import { SAMPLE_RATE } from '../audio.js';
import {
  chooseLanguage,
  type Outcome,
  type Recognition,
  type RecognizeOptions,
  type Recognizer,
} from '../recognizer.js';
import type { ModelFile, Runtime, SessionOptions } from '../runtime.js';
import type { Decoding, MoonshineDecoder } from './decoding.js';
import { PlainLoop } from './plain-loop.js';
import { TokenDecoder } from './tokens.js';

// Beyond 30 s the model makes things up; below 0.1 s its encoder has nothing to work on.
const LONGEST = 30 * SAMPLE_RATE;
const SHORTEST = SAMPLE_RATE / 10;
// Nobody says more than 6.5 tokens in a second; a single short word may need the few extra.
const TOKENS_PER_SECOND = 6.5;
const EXTRA_TOKENS = 4;
// Only sound after voice activity detection: speech cut well stays far below it, noise that passed as speech lies above.
const NO_SPEECH_ABOVE = -0.7;

/** Facts about the embedded default model. */
export const MOONSHINE_TINY_EN: ModelInfo = {
  id: 'moonshine-tiny-en',
  name: 'Moonshine tiny (English)',
  languages: ['en'],
  description: 'Small and fast, English only; runs on any CPU.',
  wordTimestamps: false,
};

/** The files of a Moonshine model. */
export interface MoonshineFiles {
  /** `encoder_model.onnx` */
  readonly encoder: ModelFile;
  /** `decoder_model_merged.onnx` */
  readonly decoder: ModelFile;
  /** The contents (not the path) of `tokens.txt`. */
  readonly tokens: string;
}

/**
 * Loads a Moonshine model.
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadMoonshine(
  runtime: Runtime,
  files: MoonshineFiles,
  options: { model?: ModelInfo; session?: SessionOptions } = {},
): Promise<Recognizer> {
  const tokens = new TokenDecoder(files.tokens);
  const decoder = await PlainLoop.load(runtime, files, options.session);
  return new Moonshine(options.model ?? MOONSHINE_TINY_EN, decoder, tokens);
}

class Moonshine implements Recognizer {
  constructor(
    readonly model: ModelInfo,
    private readonly decoder: MoonshineDecoder,
    private readonly tokens: TokenDecoder,
  ) {}

  async recognize(pcm: Float32Array, options: RecognizeOptions = {}): Promise<Recognition> {
    if (pcm.length > LONGEST) throw new RangeError('pcm must not be longer than 30 seconds');
    chooseLanguage(this.model, options.language);
    if (pcm.length < SHORTEST) return { text: '', confidence: null, words: [], outcome: 'no_speech' };
    const decoding = await this.decoder.decode(pcm, {
      maxTokens: Math.ceil((pcm.length / SAMPLE_RATE) * TOKENS_PER_SECOND) + EXTRA_TOKENS,
      noSpeechAbove: NO_SPEECH_ABOVE,
      signal: options.signal,
    });
    const text = this.tokens.decode(decoding.tokens);
    return {
      text,
      // The geometric mean of the tokens' probabilities: above 0.86 few words are wrong (3 %), below 0.7 many (40 %).
      confidence: text === '' ? null : Math.exp(decoding.meanLogProbability),
      words: [],
      outcome: outcomeOf(decoding.stop, text),
    };
  }

  async release(): Promise<void> {
    await this.decoder.release();
  }
}

function outcomeOf(stop: Decoding['stop'], text: string): Outcome {
  if (stop === 'no_speech') return 'no_speech';
  if (stop === 'repetition') return 'looping';
  if (text === '') return 'empty';
  return stop === 'limit' ? 'cut_off' : 'complete';
}
