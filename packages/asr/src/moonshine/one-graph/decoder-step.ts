/**
 * One step of Moonshine's decoder: the last token in, values for the next out. Six layers (in tiny) of self-attention over what
 * was written, cross-attention over what was heard, and a gated feed-forward. It is the body of a loop, so that nothing here
 * asks for shapes, and its weights stand in the graph around it.
 */
import { float } from '../../onnx/graph-builder.js';
import {
  addEmbedding,
  addLinear,
  addNorm,
  addResidual,
  addRotary,
  addRotaryTables,
  type RotaryTables,
  type Workbench,
} from './layers.js';
import type { PublishedWeights } from './published-weights.js';
import { besideEachOther, sliceColumns, type QuantizedMatrix } from './quantized-matrix.js';

/** Steps of one run at most. */
export const MAX_STEPS = 512;

/** Keys and values of one layer. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** What a step gives: names of results. */
export interface StepResult {
  /** [1, 1, hidden], normed. */
  readonly hidden: string;
  /** The self-attention's keys and values with this step's appended: [1, heads, steps, head size]. */
  readonly written: readonly KeyValue[];
  /** The weights of the cross-attention, by layer: [heads, 1, frames]. */
  readonly attention: readonly string[];
}

/**
 * Adds what is computed once per run: the keys [heads, head size, frames] and values [heads, frames, head size] of the
 * cross-attention of every layer. Keys are stored transposed and scaled, so that no step needs to.
 */
export function addHeard(bench: Workbench, weights: PublishedWeights, encoded: string): KeyValue[] {
  const { graph, shape } = bench;
  const { heads, headSize, decoderLayers } = shape;
  const matrices: QuantizedMatrix[] = [];
  for (let layer = 0; layer < decoderLayers; layer++)
    for (const part of ['k', 'v'])
      matrices.push(weights.matrix(`/model/decoder/layers.${layer}/encoder_attn/${part}_proj`));
  const all = addLinear(bench, 'heard', encoded, besideEachOther(matrices));
  const byHead = graph.integers('heard.shape', [4], [0, -1, matrices.length * heads, headSize]);
  const heads4 = graph.add('Transpose', [graph.add('Reshape', [all, byHead])], { perm: [0, 2, 1, 3] });
  const batch = graph.integers('axis.batch', [1], [0]);
  const scale = graph.floats('attention.scale', [], [shape.attentionScale]);
  const parts = graph
    .addMany('Split', [heads4], matrices.length, { axis: 1 })
    .map((part) => graph.add('Squeeze', [part, batch]));
  return Array.from({ length: decoderLayers }, (_, layer) => ({
    key: graph.add('Mul', [graph.add('Transpose', [parts[2 * layer]], { perm: [0, 2, 1] }), scale]),
    value: parts[2 * layer + 1],
  }));
}

/**
 * Adds one step.
 *
 * @param token the last token, int64 [1, 1]
 * @param step its position, int64 []
 * @param written keys and values of the steps before
 * @param heard from {@link addHeard}
 */
export function addDecoderStep(
  bench: Workbench,
  weights: PublishedWeights,
  {
    token,
    step,
    written,
    heard,
  }: { token: string; step: string; written: readonly KeyValue[]; heard: readonly KeyValue[] },
): StepResult {
  const { graph, tensors, shape } = bench;
  const rotary = addRotaryTables(
    tensors,
    'decoder.rotary',
    weights.floats('/model/decoder/rotary_emb/Cast_1_output_0'),
    MAX_STEPS,
  );
  const position = graph.add('Reshape', [step, tensors.integers('shape.one', [1], [1])]);
  let residual = addEmbedding(bench, weights, token);
  let normed = addNorm(
    bench,
    'decoder.0.norm',
    residual,
    weights.floats('model.decoder.layers.0.input_layernorm.weight'),
  );
  const grown: KeyValue[] = [];
  const attention: string[] = [];
  for (let layer = 0; layer < shape.decoderLayers; layer++) {
    const name = `decoder.${layer}`;
    const parts: LayerParts = {
      name,
      matrix: (part) => weights.matrix(`/model/decoder/layers.${layer}/${part}`),
      floats: (part) => weights.floats(`model.decoder.layers.${layer}.${part}`),
    };
    const self = addSelfAttention(bench, parts, rotary, normed, position, written[layer]);
    grown.push(self.written);
    const afterSelf = parts.floats('post_attention_layernorm.weight');
    ({ residual, normed } = addResidual(bench, `${name}.norm2`, residual, self.result, afterSelf));

    const cross = addCrossAttention(bench, parts, normed, heard[layer]);
    attention.push(cross.weights);
    const afterCross = parts.floats('final_layernorm.weight');
    ({ residual, normed } = addResidual(bench, `${name}.norm3`, residual, cross.result, afterCross));

    const isLast = layer + 1 === shape.decoderLayers;
    const next = isLast
      ? 'model.decoder.norm.weight'
      : `model.decoder.layers.${layer + 1}.input_layernorm.weight`;
    const fed = addFeedForward(bench, parts, normed);
    ({ residual, normed } = addResidual(
      bench,
      `decoder.${layer + 1}.norm`,
      residual,
      fed,
      weights.floats(next),
    ));
  }
  return { hidden: normed, written: grown, attention };
}

/** Where one layer's weights are. */
interface LayerParts {
  readonly name: string;
  readonly matrix: (part: string) => QuantizedMatrix;
  readonly floats: (part: string) => Float32Array;
}

function addSelfAttention(
  bench: Workbench,
  { name, matrix }: LayerParts,
  rotary: RotaryTables,
  input: string,
  position: string,
  before: KeyValue,
): { result: string; written: KeyValue } {
  const { graph, shape } = bench;
  const [query, key, value] = ['q', 'k', 'v'].map((part) =>
    addLinear(bench, `${name}.${part}`, input, matrix(`self_attn/${part}_proj`)),
  );
  const turned = [query, key].map((part) => addRotary(bench, rotary, part, position));
  const [mixed, allKeys, allValues] = graph.addContrib(
    'MultiHeadAttention',
    [...turned, value, '', '', '', before.key, before.value],
    { num_heads: shape.heads, scale: float(shape.attentionScale) },
    3,
  );
  const result = addLinear(bench, `${name}.attended`, mixed, matrix('self_attn/dense'));
  return { result, written: { key: allKeys, value: allValues } };
}

/** In plain operations, not the fused one, because word times need the weights; it is no slower. */
function addCrossAttention(
  bench: Workbench,
  { name, matrix }: LayerParts,
  input: string,
  heard: KeyValue,
): { result: string; weights: string } {
  const { graph, tensors, shape } = bench;
  const query = addLinear(bench, `${name}.cross.q`, input, matrix('encoder_attn/q_proj'));
  const byHead = tensors.integers('shape.by_head', [3], [shape.heads, 1, shape.headSize]);
  const together = tensors.integers('shape.together', [3], [1, 1, shape.hidden]);
  const scores = graph.add('MatMul', [graph.add('Reshape', [query, byHead]), heard.key]);
  const weights = graph.add('Softmax', [scores], { axis: -1 });
  const mixed = graph.add('Reshape', [graph.add('MatMul', [weights, heard.value]), together]);
  return { result: addLinear(bench, `${name}.cross.attended`, mixed, matrix('encoder_attn/dense')), weights };
}

/** Half of the wide values gate the other half through SiLU. */
function addFeedForward(bench: Workbench, { name, matrix, floats }: LayerParts, input: string): string {
  const { graph } = bench;
  const both = matrix('mlp/up_proj');
  const bias = floats('mlp.up_proj.bias');
  const half = both.columns / 2;
  const value = addLinear(bench, `${name}.up`, input, sliceColumns(both, 0, half), bias.subarray(0, half));
  const gate = addLinear(
    bench,
    `${name}.gate`,
    input,
    sliceColumns(both, half, 2 * half),
    bias.subarray(half),
  );
  const [open] = graph.addContrib('QuickGelu', [gate], { alpha: float(1) });
  const gated = graph.add('Mul', [open, value]);
  return addLinear(bench, `${name}.down`, gated, matrix('mlp/down_proj'), floats('mlp.down_proj.bias'));
}
