/**
 * Moonshine as a Recognizer: limits, what counts as no speech, text, confidence and words. How the model is run is
 * MoonshineDecoder's business.
 */
import type { ModelInfo, Word } from '@sealscribe/protocol';
import { SAMPLE_RATE } from '../audio.js';
import {
  chooseLanguage,
  type Outcome,
  type Recognition,
  type RecognizeOptions,
  type Recognizer,
} from '../recognizer.js';
import type { ModelFile, Runtime, SessionOptions } from '../runtime.js';
import { AsrError } from '../errors.js';
import { alignWords } from '../words/align-words.js';
import type { Decoding, MoonshineDecoder } from './decoding.js';
import { composeMoonshine, type ComposeOptions } from './one-graph/compose.js';
import { OneGraph } from './one-graph/one-graph.js';
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
// The convolutions before the encoder take 64 * 3 * 2 samples to a frame.
const FRAME_SECONDS = 384 / SAMPLE_RATE;

/** Facts about the embedded default model. */
export const MOONSHINE_TINY_EN: ModelInfo = {
  id: 'moonshine-tiny-en',
  name: 'Moonshine tiny (English)',
  languages: ['en'],
  description: 'Small and fast, English only; runs on any CPU.',
  wordTimestamps: true,
};

/** The files of a Moonshine model. */
export interface MoonshineFiles {
  /** `encoder_model.onnx` */
  readonly encoder: ModelFile;
  /** `decoder_model_merged.onnx` */
  readonly decoder: ModelFile;
  /** The contents (not the path) of `tokens.txt`. */
  readonly tokens: string;
  /** What {@link composeMoonshine} made of the other two, where it was kept: they are not opened then. */
  readonly graph?: ModelFile | undefined;
}

/** How a Moonshine model is loaded. */
export interface MoonshineOptions {
  readonly model?: ModelInfo;
  readonly session?: SessionOptions;
  /** Whether a `hypothesis` is to be of use: for live streams. Default no. */
  readonly drafts?: boolean;
  /**
   * How a graph that is made here multiplies: `int8` is a faster kernel for processors with VNNI instructions (`avx512_vnni` or
   * `avx_vnni`) and for Arm, `float32` is for graphics processors. Default `uint8`, right everywhere.
   */
  readonly arithmetic?: ComposeOptions['arithmetic'];
}

/**
 * Loads a Moonshine model: as one graph where that was made before or the files are there as bytes, else as the files are,
 * which takes three times the work for the same text.
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadMoonshine(
  runtime: Runtime,
  files: MoonshineFiles,
  options: MoonshineOptions = {},
): Promise<Recognizer> {
  const tokens = new TokenDecoder(files.tokens);
  const graph = files.graph ?? composeFrom(files, options);
  const decoder =
    graph === undefined
      ? await PlainLoop.load(runtime, files, options.session)
      : await OneGraph.load(runtime, graph, options.session);
  const model = options.model ?? MOONSHINE_TINY_EN;
  // As the files are, nothing comes out of them that word times could be made of.
  return new Moonshine(graph === undefined ? { ...model, wordTimestamps: false } : model, decoder, tokens);
}

/** The one graph, or nothing when the files are not at hand or not of the kind that it can be made of. */
function composeFrom(
  { encoder, decoder }: MoonshineFiles,
  { arithmetic, drafts }: MoonshineOptions,
): Uint8Array | undefined {
  if (typeof encoder === 'string' || typeof decoder === 'string') return undefined;
  try {
    return composeMoonshine(encoder, decoder, { arithmetic, drafts });
  } catch (error) {
    if (error instanceof AsrError) return undefined;
    throw error;
  }
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
      attention: options.words,
      draft: options.hypothesis,
      signal: options.signal,
    });
    const text = this.tokens.decode(decoding.tokens);
    return {
      text,
      // The geometric mean of the tokens' probabilities: above 0.86 few words are wrong (3 %), below 0.7 many (40 %).
      confidence: text === '' ? null : Math.exp(decoding.meanLogProbability),
      words: this.#wordsOf(decoding, pcm.length / SAMPLE_RATE, options.regions),
      outcome: outcomeOf(decoding.stop, text),
      hypothesis: decoding.tokens,
    };
  }

  #wordsOf(decoding: Decoding, duration: number, regions: RecognizeOptions['regions']): Word[] {
    const { tokens, logProbabilities, followed } = decoding;
    if (followed === undefined) return [];
    const pieces = this.tokens.pieces(tokens);
    return alignWords({
      tokens: pieces.map((text, i) => ({ text, logProbability: logProbabilities[i] })),
      ...followed,
      duration,
      frameSeconds: FRAME_SECONDS,
      regions,
    });
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
