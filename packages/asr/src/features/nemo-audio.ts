/**
 * What NeMo's encoders are fed (`audio_signal`, `length`), the same for CTC, transducer and attention models, and how long
 * one of their output frames is.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { JsonObject } from '../load-options.js';
import type { Runtime } from '../runtime.js';
import { describeInput, toFloatTensor, toIntegerTensor } from '../tensor-values.js';
import { NemoLogMel } from './nemo-log-mel.js';

/** Bands of models that declare none: the older ones have 80. */
const USUAL_BANDS = 80;
const SECONDS_PER_FRAME = 0.01;

/** The names of the inputs of NeMo's encoders. */
export const NEMO_INPUTS = ['audio_signal', 'length'] as const;

/** Feeds one encoder. */
export class NemoAudio {
  readonly #logMel: NemoLogMel;

  /** @param config The model's `config.json`: `features_size` counts where the encoder itself declares no number of bands. */
  constructor(
    private readonly runtime: Runtime,
    private readonly encoder: InferenceSession,
    config: JsonObject,
  ) {
    const declared = describeInput(encoder, 'audio_signal')?.shape[1];
    const configured = config['features_size'];
    const bands = [declared, configured].find((value) => typeof value === 'number' && value > 0);
    this.#logMel = new NemoLogMel(typeof bands === 'number' ? bands : USUAL_BANDS);
  }

  /** The encoder's inputs for a segment, and its length in frames of 10 ms; undefined when it is shorter than a frame. */
  prepare(pcm: Float32Array): { feeds: Record<string, Tensor>; frames: number } | undefined {
    const { values, mels, frames } = this.#logMel.compute(pcm);
    if (frames === 0) return undefined;
    const { runtime, encoder } = this;
    const feeds = {
      audio_signal: toFloatTensor(runtime, encoder, 'audio_signal', values, [1, mels, frames]),
      length: toIntegerTensor(runtime, encoder, 'length', [frames], [1]),
    };
    return { feeds, frames };
  }
}

/** Seconds per frame of an encoder that made `encoded` frames of `frames`: these models keep every 4th or 8th. */
export function secondsPerEncodedFrame(frames: number, encoded: number): number {
  return SECONDS_PER_FRAME * Math.max(1, Math.round(frames / encoded));
}
