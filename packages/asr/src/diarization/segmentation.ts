/**
 * Who of up to three people speaks in each of some 17 ms of ten seconds, by pyannote's segmentation-3.0
 * (https://huggingface.co/pyannote/segmentation-3.0; Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural
 * speaker diarization", Interspeech 2023): [1, 1, samples] in, [1, frames, 7] out, one class for each set of speakers.
 * Who they are in the next window is not said.
 */
import type { InferenceSession } from 'onnxruntime-common';
import { AsrError } from '../errors.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import { readFloats, toFloatTensor, wipeTensor } from '../tensor-values.js';
import { PIECE_SAMPLES } from './sliding-pieces.js';

/** Speakers of one window. */
export const LOCAL_SPEAKERS = 3;
/** The speakers of each class, one bit each: nobody, one of three, two of three. */
const POWERSET = [0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110];

/** A loaded segmentation model. */
export class SpeakerSegmentation {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;

  private constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /** @throws {AsrError} `invalid_model`. */
  static async load(
    runtime: Runtime,
    file: ModelFile,
    options?: SessionOptions,
  ): Promise<SpeakerSegmentation> {
    const expected = { name: 'for speaker segmentation', inputs: [], outputs: [] };
    return new SpeakerSegmentation(runtime, await openSession(runtime, file, expected, options));
  }

  /**
   * The speakers of each frame of a window, one bit each. A shorter window is filled up with silence; the frames are those of
   * all ten seconds.
   *
   * @throws {AsrError} `runtime_failed`, `invalid_model` when there are other than seven classes.
   */
  async run(pcm: Float32Array): Promise<Uint8Array> {
    const [input] = this.#session.inputNames;
    const [output] = this.#session.outputNames;
    const samples = new Float32Array(PIECE_SAMPLES);
    samples.set(pcm);
    const tensor = toFloatTensor(this.#runtime, this.#session, input, samples, [1, 1, PIECE_SAMPLES]);
    const result = await runSession(this.#session, { [input]: tensor });
    wipeTensor(tensor);
    samples.fill(0);
    const scores = readFloats(result[output]);
    const [, frames, classes] = result[output].dims;
    if (classes !== POWERSET.length)
      throw new AsrError(
        'invalid_model',
        'The model for speaker segmentation has other classes than expected',
      );
    return Uint8Array.from({ length: frames }, (_, frame) => {
      let best = 0;
      for (let c = 1; c < classes; c++)
        if (scores[frame * classes + c] > scores[frame * classes + best]) best = c;
      return POWERSET[best];
    });
  }

  /** Frees the model. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}
