/**
 * What tells speakers apart, in small stateless steps that any process can take: a recording is cut into pieces as it comes,
 * each piece is described by a few numbers, and at the end all descriptions together say who spoke when. Memory grows by the
 * descriptions only. Two kinds implement this: voice-statistics on board (embedded-speakers.ts), and neural models that the
 * user has (neural-speakers.ts).
 */
import type { Region } from '../speech-regions.js';

/** A stretch of the recording in which one speaker speaks. Turns of different speakers may overlap. */
export interface SpeakerTurn {
  /** Seconds. */
  readonly start: number;
  /** Seconds. */
  readonly end: number;
  /** From 0, in order of appearance. */
  readonly speaker: number;
}

/** A piece of a recording to describe, in samples. */
export interface VoicePiece extends Region {
  /** Probability of speech of each frame that the piece touches, where the model asks for it. */
  readonly probabilities: Float32Array;
}

/** What a model says of a piece; only the same kind of model understands the values. */
export interface VoiceDescription extends Region {
  readonly values: Float32Array;
}

/** Cuts one recording into pieces as its probabilities of speech come in. */
export interface VoiceCutter {
  /** Takes the next frames' probabilities; gives back the pieces that became certain. */
  push(probabilities: Float32Array): VoicePiece[];
  /** Ends the recording of `totalSamples` samples; gives back the pieces left. */
  flush(totalSamples: number): VoicePiece[];
  /** The earliest sample that a later piece can contain: audio before it may be forgotten. */
  readonly neededFrom: number;
}

/** Tells speakers apart. */
export interface SpeakerModel {
  /** A cutter for a new recording. */
  createCutter(): VoiceCutter;

  /**
   * Describes one piece: `pcm` are its samples.
   *
   * @throws {AsrError} `runtime_failed`.
   */
  describe(pcm: Float32Array, piece: VoicePiece): Promise<Float32Array>;

  /**
   * Who spoke when, from the descriptions of all pieces in order.
   *
   * @param speakers How many speakers there are; 0 means find out.
   */
  decide(descriptions: readonly VoiceDescription[], speakers: number): Promise<SpeakerTurn[]>;
}
