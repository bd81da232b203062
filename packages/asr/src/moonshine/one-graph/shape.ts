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
  if (typeof heads !== 'number' || typeof headSize !== 'number' || heads * headSize <= 0)
    throw new AsrError('invalid_model', 'The Moonshine decoder declares no cache');
  return {
    hidden: heads * headSize,
    heads,
    headSize,
    encoderLayers: encoderWeights.count('layers.', '.input_layernorm.weight'),
    decoderLayers: decoderWeights.count('model.decoder.layers.', '.input_layernorm.weight'),
    attentionScale: 1 / Math.sqrt(headSize),
  };
}
