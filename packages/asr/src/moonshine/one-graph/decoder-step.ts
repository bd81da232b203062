/**
 * One step of Moonshine's decoder: the last token in, values for the next out. Six layers (in tiny) of self-attention over what
 * was written, cross-attention over what was heard, and a gated feed-forward. It is the body of a loop, so that nothing here
 * asks for shapes, and its weights stand in the graph around it. Several tokens at once are the steps of a draft (draft.ts).
 */
import { AsrError } from '../../errors.js';
import { float } from '../../onnx/graph-builder.js';
import { addCausalAttention } from './causal-attention.js';
import {
  addEmbedding,
  addLinear,
  addNorm,
  addResidual,
  addRotary,
  addRotaryTables,
  type KeyValue,
  type RotaryTables,
  type Workbench,
} from './layers.js';
import type { PublishedWeights } from './published-weights.js';
import { besideEachOther, sliceColumns, type QuantizedMatrix } from './quantized-matrix.js';

/** Steps of one run at most. */
export const MAX_STEPS = 512;

/** What a step gives: names of results. */
export interface StepResult {
  /** [1, tokens, hidden], normed. */
  readonly hidden: string;
  /** The self-attention's keys and values with this step's appended: [1, heads, steps, head size]. */
  readonly written: readonly KeyValue[];
  /** The weights of the cross-attention, by layer: [heads, tokens, frames]. */
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

/** What a step works on: names of results. */
export interface StepInputs {
  /** The last token, int64 [1, 1], or several in a row. */
  readonly tokens: string;
  /** The position of the first, int64 []. */
  readonly position: string;
  /** Keys and values of the steps before, by layer; none where there may be several tokens. */
  readonly written: readonly KeyValue[];
  /** From {@link addHeard}. */
  readonly heard: readonly KeyValue[];
  /** Whether there may be several tokens, the first of all: each sees those before it, and comes out as it would alone. */
  readonly manyRows: boolean;
}

/** Adds one step. */
export function addDecoderStep(
  bench: Workbench,
  weights: PublishedWeights,
  { tokens, position: at, written, heard, manyRows }: StepInputs,
): StepResult {
  const { graph, tensors, shape } = bench;
  const rotary = addRotaryTables(
    tensors,
    'decoder.rotary',
    weights.floats('/model/decoder/rotary_emb/Cast_1_output_0'),
    MAX_STEPS,
    shape,
  );
  const position = graph.add('Reshape', [at, tensors.integers('shape.one', [1], [1])]);
  let residual = addEmbedding(bench, weights, tokens);
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
    const self = addSelfAttention(bench, parts, rotary, {
      input: normed,
      position,
      before: written[layer],
      manyRows,
    });
    grown.push(self.written);
    const afterSelf = parts.floats('post_attention_layernorm.weight');
    ({ residual, normed } = addResidual(bench, `${name}.norm2`, residual, self.result, afterSelf));

    const cross = addCrossAttention(bench, parts, normed, heard[layer], manyRows);
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
  {
    input,
    position,
    before,
    manyRows,
  }: { input: string; position: string; before: KeyValue; manyRows: boolean },
): { result: string; written: KeyValue } {
  const { graph, shape } = bench;
  const [query, key, value] = ['q', 'k', 'v'].map((part) =>
    addLinear(bench, `${name}.${part}`, input, matrix(`self_attn/${part}_proj`)),
  );
  const turned = [query, key].map((part) => addRotary(bench, rotary, part, position));
  const attended = (mixed: string) => addLinear(bench, `${name}.attended`, mixed, matrix('self_attn/dense'));
  if (manyRows) {
    const [turnedQuery, turnedKey] = turned;
    const parts = { query: turnedQuery, key: turnedKey, value };
    const { mixed, written } = addCausalAttention(bench, name, parts);
    return { result: attended(mixed), written };
  }
  const [mixed, allKeys, allValues] = graph.addContrib(
    'MultiHeadAttention',
    [...turned, value, '', '', '', before.key, before.value],
    { num_heads: shape.heads, scale: float(shape.attentionScale) },
    3,
  );
  return { result: attended(mixed), written: { key: allKeys, value: allValues } };
}

/** In plain operations, not the fused one, because word times need the weights; it is no slower. */
function addCrossAttention(
  bench: Workbench,
  { name, matrix }: LayerParts,
  input: string,
  heard: KeyValue,
  manyRows: boolean,
): { result: string; weights: string } {
  const { graph, tensors, shape } = bench;
  const { heads, headSize, hidden } = shape;
  const query = addLinear(bench, `${name}.cross.q`, input, matrix('encoder_attn/q_proj'));
  const together = tensors.integers('shape.together', [3], [1, -1, hidden]);
  if (manyRows) {
    // Row by row, because the runtime adds up in another order for several; all rows of a head while it is in the cache.
    const byRow = tensors.integers('shape.each_by_head', [4], [-1, heads, 1, headSize]);
    const swap = (rows: string) => graph.add('Transpose', [rows], { perm: [1, 0, 2, 3] });
    const axis = tensors.integers('axis.rows', [1], [1]);
    const [keys, values] = [heard.key, heard.value].map((part) => graph.add('Unsqueeze', [part, axis]));
    const scores = graph.add('MatMul', [swap(graph.add('Reshape', [query, byRow])), keys]);
    const weights = graph.add('Softmax', [scores], { axis: -1 });
    const mixed = swap(graph.add('MatMul', [weights, values]));
    const result = graph.add('Reshape', [mixed, together]);
    return {
      result: addLinear(bench, `${name}.cross.attended`, result, matrix('encoder_attn/dense')),
      weights: graph.add('Squeeze', [weights, tensors.integers('axis.row', [1], [2])]),
    };
  }
  const byHead = tensors.integers('shape.by_head', [3], [heads, 1, headSize]);
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
  if (!Number.isInteger(half))
    throw new AsrError('invalid_model', 'Gates of the Moonshine model are not half of its values');
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
