/**
 * Voice activity: Silero VAD, frame by frame, as a probability of speech per 32 ms. What to make of the probabilities is
 * segmenter.ts. The model is given 64 samples of the past with each 512 new ones; that and its hidden state are the whole
 * memory, and they travel with the caller: any process can take any window of a recording.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { FRAME_SAMPLES, SAMPLE_RATE } from './audio.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from './runtime.js';

const CONTEXT_SAMPLES = 64;
const HIDDEN_SHAPE = [2, 1, 128];
const HIDDEN_VALUES = 256;

/** Where in a recording a detector stands: plain arrays, so that they can be sent to another process. `context` is audio. */
export interface VadState {
  /** The last 64 samples seen. */
  readonly context: Float32Array;
  /** 256 values of the model's memory. */
  readonly hidden: Float32Array;
}

/** Silero VAD v6. Holds no state between calls: several recordings may take turns. */
export class VoiceActivityDetector {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #sampleRate: Tensor;

  private constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.#sampleRate = new runtime.Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE)), []);
  }

  /**
   * Loads `silero_vad_v6.onnx`.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static async load(
    runtime: Runtime,
    model: ModelFile,
    options?: SessionOptions,
  ): Promise<VoiceActivityDetector> {
    const expected = { name: 'Silero VAD', inputs: ['input', 'state', 'sr'], outputs: ['output', 'stateN'] };
    return new VoiceActivityDetector(runtime, await openSession(runtime, model, expected, options));
  }

  /** The state at the beginning of a recording. */
  createState(): VadState {
    return { context: new Float32Array(CONTEXT_SAMPLES), hidden: new Float32Array(HIDDEN_VALUES) };
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
    const { Tensor } = this.#runtime;
    requireFinite(pcm);
    const probabilities = new Float32Array(Math.ceil(pcm.length / FRAME_SAMPLES));
    const frame = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
    frame.set(state.context, FRAME_SAMPLES);
    // One input tensor for all frames: the runtime reads it anew in each run. The hidden state goes round as it comes.
    const input = new Tensor('float32', frame, [1, frame.length]);
    let hidden: Tensor = new Tensor('float32', state.hidden.slice(), HIDDEN_SHAPE);

    for (let i = 0; i < probabilities.length; i++) {
      frame.copyWithin(0, FRAME_SAMPLES);
      frame.fill(0, CONTEXT_SAMPLES);
      frame.set(pcm.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES), CONTEXT_SAMPLES);
      const result = await runSession(this.#session, { input, state: hidden, sr: this.#sampleRate });
      hidden = result['stateN'];
      probabilities[i] = (result['output'].data as Float32Array)[0];
    }

    const next = { context: frame.slice(FRAME_SAMPLES), hidden: (hidden.data as Float32Array).slice() };
    frame.fill(0); // it held audio
    return { probabilities, state: next };
  }

  /** Frees the model. The detector is of no use afterwards. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** One sample that is no number would spoil the state, and with it the rest of the recording. */
function requireFinite(pcm: Float32Array): void {
  let sum = 0;
  for (const sample of pcm) sum += sample;
  if (!Number.isFinite(sum)) throw new RangeError('pcm holds samples that are not finite');
}
