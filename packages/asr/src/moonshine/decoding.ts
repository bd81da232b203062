/**
 * What every way of running a Moonshine model answers for: audio in, tokens out, greedily. plain-loop.ts is the way that
 * follows the model files step by step and is the reference for any faster one.
 */
import type { AlignmentHead, CrossAttention } from '../words/attention-scores.js';

/** Limits of one decoding, and what is wanted of it. */
export interface DecodeOptions {
  /** At most so many tokens are written. */
  readonly maxTokens: number;
  /** Above this log P(end) at the first step, nothing was said and decoding stops at once. */
  readonly noSpeechAbove: number;
  /** Whether it is wanted where the decoder listened, where it can tell. */
  readonly attention?: boolean | undefined;
  /**
   * Tokens that are likely to be written, such as those of the same audio when there was less of it. What is written is the
   * same with any draft: a good one saves time, where the decoder can make use of it.
   */
  readonly draft?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where the decoder listened while it wrote each token: token i is the step that wrote `tokens[i]`. */
export interface FollowedText {
  readonly attention: CrossAttention;
  /** Heads of it that follow the text. */
  readonly heads: readonly AlignmentHead[];
}

/** What a Moonshine model wrote. */
export interface Decoding {
  /** Without begin and end. */
  readonly tokens: readonly number[];
  /** The natural log-probability of each token. */
  readonly logProbabilities: Float32Array;
  /** The mean natural log-probability of the tokens and of the end, 0 when nothing was written. */
  readonly meanLogProbability: number;
  /** When it was asked for and the decoder can tell. */
  readonly followed?: FollowedText | undefined;
  /** Why it stopped: the model's end, no speech at the first step, the limit, or a repetition (left in the tokens once). */
  readonly stop: 'end' | 'no_speech' | 'limit' | 'repetition';
}

/** A loaded Moonshine model in some form. */
export interface MoonshineDecoder {
  /** Decodes one segment of mono float32 at 16 kHz. */
  decode(pcm: Float32Array, options: DecodeOptions): Promise<Decoding>;
  release(): Promise<void>;
}
