/** Silero VAD as its file is: one run per frame. Clear rather than fast; what many frames at once are tested against. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import { CONTEXT_SAMPLES, type FrameModel, type FrameResult } from './frame-model.js';

const STATE_SHAPE = [2, 1, 128];

/** The published file. */
export class FrameByFrame implements FrameModel {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #sampleRate: Tensor;

  private constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.#sampleRate = new runtime.Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE)), []);
  }

  /** @throws {AsrError} `invalid_model`. */
  static async load(runtime: Runtime, model: ModelFile, options?: SessionOptions): Promise<FrameByFrame> {
    const expected = { name: 'Silero VAD', inputs: ['input', 'state', 'sr'], outputs: ['output', 'stateN'] };
    return new FrameByFrame(runtime, await openSession(runtime, model, expected, options));
  }

  async run(samples: Float32Array, state: Float32Array): Promise<FrameResult> {
    const { Tensor } = this.#runtime;
    const probabilities = new Float32Array((samples.length - CONTEXT_SAMPLES) / FRAME_SAMPLES);
    const frame = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
    // One input tensor for all frames: the runtime reads it anew in each run. The hidden state goes round as it comes.
    const input = new Tensor('float32', frame, [1, frame.length]);
    let hidden: Tensor = new Tensor('float32', state.slice(), STATE_SHAPE);
    for (let i = 0; i < probabilities.length; i++) {
      frame.set(samples.subarray(i * FRAME_SAMPLES).subarray(0, frame.length));
      const result = await runSession(this.#session, { input, state: hidden, sr: this.#sampleRate });
      hidden = result['stateN'];
      probabilities[i] = (result['output'].data as Float32Array)[0];
    }
    frame.fill(0); // it held audio
    return { probabilities, state: (hidden.data as Float32Array).slice() };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
