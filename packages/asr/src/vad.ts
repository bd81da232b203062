/**
 * Voice activity: Silero VAD as a probability of speech per 32 ms. What to make of the probabilities is segmenter.ts. The model
 * is given 64 samples of the past with each 512 new ones; that and its hidden state are the whole memory, and they travel with
 * the caller: any process can take any window of a recording.
 */
import { FRAME_SAMPLES } from './audio.js';
import type { ModelFile, Runtime, SessionOptions } from './runtime.js';
import { composeVad } from './silero/compose-vad.js';
import { FrameByFrame } from './silero/frame-by-frame.js';
import { CONTEXT_SAMPLES, STATE_VALUES, type FrameModel } from './silero/frame-model.js';
import { ManyFrames } from './silero/many-frames.js';

/** Where in a recording a detector stands: plain arrays, so that they can be sent to another process. `context` is audio. */
export interface VadState {
  /** The last 64 samples seen. */
  readonly context: Float32Array;
  /** 256 values of the model's memory. */
  readonly hidden: Float32Array;
}

/** Silero VAD v6. Holds no state between calls: several recordings may take turns. */
export class VoiceActivityDetector {
  readonly #model: FrameModel;

  private constructor(model: FrameModel) {
    this.#model = model;
  }

  /**
   * Loads `silero_vad_v6.onnx`. As bytes it takes a quarter of the work that it takes as a path or URL, which the runtime opens
   * as it is.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static async load(
    runtime: Runtime,
    model: ModelFile,
    options?: SessionOptions,
  ): Promise<VoiceActivityDetector> {
    return new VoiceActivityDetector(
      typeof model === 'string'
        ? await FrameByFrame.load(runtime, model, options)
        : await ManyFrames.load(runtime, composeVad(model), options),
    );
  }

  /** The state at the beginning of a recording. */
  createState(): VadState {
    return { context: new Float32Array(CONTEXT_SAMPLES), hidden: new Float32Array(STATE_VALUES) };
  }

  /**
   * The probability of speech in each frame of the next window of a recording, and the state after it.
   *
   * Windows are whole frames (a multiple of 512 samples); only the last of a recording may end early, and is then filled
   * up with silence. The state passed in is left as it was.
   *
   * @throws {RangeError} when `pcm` holds samples that are not finite numbers.
   * @throws {AsrError} `runtime_failed`.
   */
  async run(pcm: Float32Array, state: VadState): Promise<{ probabilities: Float32Array; state: VadState }> {
    requireFinite(pcm);
    const frames = Math.ceil(pcm.length / FRAME_SAMPLES);
    const samples = new Float32Array(CONTEXT_SAMPLES + frames * FRAME_SAMPLES);
    samples.set(state.context);
    samples.set(pcm, CONTEXT_SAMPLES);
    const result = await this.#model.run(samples, state.hidden);
    const context = samples.slice(-CONTEXT_SAMPLES);
    samples.fill(0); // they are audio
    return { probabilities: result.probabilities, state: { context, hidden: result.state } };
  }

  /** Frees the model. The detector is of no use afterwards. */
  async release(): Promise<void> {
    await this.#model.release();
  }
}

/** One sample that is no number would spoil the state, and with it the rest of the recording. */
function requireFinite(pcm: Float32Array): void {
  let sum = 0;
  for (const sample of pcm) sum += sample;
  if (!Number.isFinite(sum)) throw new RangeError('pcm holds samples that are not finite');
}
