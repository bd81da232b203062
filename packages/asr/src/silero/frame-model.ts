/** What every way of running Silero VAD answers for: samples in, a probability of speech per frame out. */

/** Samples of the past that the model is given with each frame. */
export const CONTEXT_SAMPLES = 64;
/** Values of the model's memory. */
export const STATE_VALUES = 256;

/** What came of some frames. */
export interface FrameResult {
  readonly probabilities: Float32Array;
  /** The model's memory after them. */
  readonly state: Float32Array;
}

/** A loaded Silero VAD in some form. */
export interface FrameModel {
  /**
   * @param samples the context, then whole frames of 512 samples
   * @param state 256 values; left as they are
   * @throws {AsrError} `runtime_failed`.
   */
  run(samples: Float32Array, state: Float32Array): Promise<FrameResult>;
  release(): Promise<void>;
}
