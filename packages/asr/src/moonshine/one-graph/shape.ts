/** The sizes of a Moonshine model, read from its files: tiny has 6 layers of 288 values, base 8 of 416. */
import { AsrError } from '../../errors.js';
import type { OnnxGraph } from '../../onnx/model.js';
import type { PublishedWeights } from './published-weights.js';

/** Sizes that the parts of the graph share. */
export interface MoonshineShape {
  /** Values per position. */
  readonly hidden: number;
  readonly heads: number;
  /** Values per head. */
  readonly headSize: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  /** What a query is multiplied by before it is compared with keys. */
  readonly attentionScale: number;
}

/** @throws {AsrError} `invalid_model`. */
export function readShape(
  decoder: OnnxGraph,
  encoderWeights: PublishedWeights,
  decoderWeights: PublishedWeights,
): MoonshineShape {
  const cache = decoder.inputs.find(({ name }) => name === 'past_key_values.0.decoder.key')?.dims;
  const [, heads, , headSize] = cache ?? [];
  if (typeof heads !== 'number' || typeof headSize !== 'number' || heads < 1 || headSize < 1)
    throw new AsrError('invalid_model', 'The Moonshine decoder declares no cache');
  const hidden = decoderWeights.floats('model.decoder.norm.weight').length;
  const encoderLayers = encoderWeights.count('layers.', '.input_layernorm.weight');
  const decoderLayers = decoderWeights.count('model.decoder.layers.', '.input_layernorm.weight');
  // What the file says of itself in two places, and what all loops here go by.
  if (hidden !== heads * headSize || encoderLayers < 1 || decoderLayers < 1)
    throw new AsrError('invalid_model', 'The parts of the Moonshine model do not fit together');
  return { hidden, heads, headSize, encoderLayers, decoderLayers, attentionScale: 1 / Math.sqrt(headSize) };
}
