/**
 * A voice as a direction in space, by any of the published embedding models of one input: Kaldi-style filter banks
 * [1, frames, mels] without their mean (WeSpeaker, 3D-Speaker), or the samples themselves [1, samples]; which, the model's
 * declaration tells. Models that want lengths or other features beside (NeMo's) are left out.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { AsrError } from '../errors.js';
import { KaldiFbank } from '../features/kaldi-fbank.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import { describeInput, readFloats, toFloatTensor, wipeTensor } from '../tensor-values.js';

const MELS = 80;

/** A loaded embedding model. */
export class SpeakerEmbedding {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #fbank: KaldiFbank | undefined;

  private constructor(runtime: Runtime, session: InferenceSession, fbank: KaldiFbank | undefined) {
    this.#runtime = runtime;
    this.#session = session;
    this.#fbank = fbank;
  }

  /** @throws {AsrError} `invalid_model`. */
  static async load(runtime: Runtime, file: ModelFile, options?: SessionOptions): Promise<SpeakerEmbedding> {
    const expected = { name: 'for speaker embeddings', inputs: [], outputs: [] };
    const session = await openSession(runtime, file, expected, options);
    const shape = describeInput(session, session.inputNames[0])?.shape ?? [];
    if (session.inputNames.length !== 1 || (shape.length !== 2 && shape.length !== 3)) {
      await session.release();
      throw new AsrError(
        'invalid_model',
        'The model for speaker embeddings takes neither filter banks nor samples',
      );
    }
    const mels = typeof shape[2] === 'number' ? shape[2] : MELS;
    return new SpeakerEmbedding(runtime, session, shape.length === 3 ? new KaldiFbank(mels) : undefined);
  }

  /**
   * The direction of a voice, of length 1: at least a few tenths of a second of one person.
   *
   * @throws {AsrError} `runtime_failed`.
   */
  async embed(pcm: Float32Array): Promise<Float32Array> {
    const [input] = this.#session.inputNames;
    const [output] = this.#session.outputNames;
    const tensor = this.#prepare(input, pcm);
    const result = await runSession(this.#session, { [input]: tensor });
    wipeTensor(tensor);
    const embedding = readFloats(result[output]);
    const length = Math.hypot(...embedding);
    return embedding.map((value) => (length > 0 ? value / length : 0));
  }

  #prepare(input: string, pcm: Float32Array): Tensor {
    if (this.#fbank === undefined)
      return toFloatTensor(this.#runtime, this.#session, input, pcm.slice(), [1, pcm.length]);
    const { mels } = this.#fbank;
    const features = this.#fbank.compute(pcm);
    const frames = features.length / mels;
    for (let band = 0; band < mels; band++) {
      let mean = 0;
      for (let frame = 0; frame < frames; frame++) mean += features[frame * mels + band] / frames;
      for (let frame = 0; frame < frames; frame++) features[frame * mels + band] -= mean;
    }
    return toFloatTensor(this.#runtime, this.#session, input, features, [1, frames, mels]);
  }

  /** Frees the model. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}
