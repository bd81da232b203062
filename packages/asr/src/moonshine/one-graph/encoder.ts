/**
 * Moonshine's encoder (https://arxiv.org/abs/2410.15608): three convolutions over the samples, then layers of self-attention
 * and feed-forward. The convolutions stay as published; the layers are built anew from the same weights, or stay too.
 */
import { AsrError } from '../../errors.js';
import { float, type GraphBuilder } from '../../onnx/graph-builder.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/model.js';
import { addLinear, addNorm, addResidual, addRotary, addRotaryTables, type Workbench } from './layers.js';
import type { PublishedWeights } from './published-weights.js';

/** What comes out of the convolutions: [1, frames, hidden]. */
const CONVOLVED = '/Transpose_output_0';
/** The published name of the samples. */
const PUBLISHED_AUDIO = 'input_values';
/** 49 seconds of audio. */
const MAX_FRAMES = 2048;
/** So that names of the published graph meet no other. */
const PREFIX = 'encoder:';

/**
 * Adds the published encoder with its own layers.
 *
 * @returns the name of its result, [1, frames, hidden]
 */
export function addOriginalEncoder(graph: GraphBuilder, encoder: OnnxGraph, audio: string): string {
  includeRenamed(graph, audio, encoder.nodes, encoder.initializers);
  return `${PREFIX}last_hidden_state`;
}

/**
 * Adds the published convolutions and layers built from the published weights.
 *
 * @returns the name of the result, [1, frames, hidden]
 * @throws {AsrError} `invalid_model`.
 */
export function addRebuiltEncoder(
  graph: GraphBuilder,
  encoder: OnnxGraph,
  audio: string,
  weights: PublishedWeights,
  { shape, arithmetic }: Pick<Workbench, 'shape' | 'arithmetic'>,
): string {
  const convolutions = weights.leadingTo(CONVOLVED, encoder.nodes);
  includeRenamed(graph, audio, convolutions.nodes, convolutions.tensors);
  const bench: Workbench = { graph, tensors: graph, shape, arithmetic };
  const rotary = addRotaryTables(
    graph,
    'encoder.rotary',
    weights.floats('/rotary_emb/Cast_1_output_0'),
    MAX_FRAMES,
    shape,
  );
  const first = graph.integers('encoder.first_position', [1], [0]);

  let residual = PREFIX + CONVOLVED;
  let normed = addNorm(bench, 'encoder.0.norm', residual, weights.floats('layers.0.input_layernorm.weight'));
  for (let layer = 0; layer < shape.encoderLayers; layer++) {
    const name = `encoder.${layer}`;
    const matrix = (part: string) => weights.matrix(`/layers.${layer}/${part}`);
    const floats = (part: string) => weights.floats(`layers.${layer}.${part}`);

    const [query, key, value] = ['q', 'k', 'v'].map((part) =>
      addLinear(bench, `${name}.${part}`, normed, matrix(`self_attn/${part}_proj`)),
    );
    const turned = [query, key].map((input) => addRotary(bench, rotary, input, first));
    const [mixed] = graph.addContrib('MultiHeadAttention', [...turned, value], {
      num_heads: shape.heads,
      scale: float(shape.attentionScale),
    });
    const attended = addLinear(bench, `${name}.attended`, mixed, matrix('self_attn/dense'));
    const afterAttention = floats('post_attention_layernorm.weight');
    ({ residual, normed } = addResidual(bench, `${name}.norm2`, residual, attended, afterAttention));

    const wide = addLinear(bench, `${name}.up`, normed, matrix('mlp/fc1'), floats('mlp.fc1.bias'));
    const [active] = graph.addContrib('Gelu', [wide]);
    const narrow = addLinear(bench, `${name}.down`, active, matrix('mlp/fc2'), floats('mlp.fc2.bias'));
    const isLast = layer + 1 === shape.encoderLayers;
    const next = weights.floats(isLast ? 'layer_norm.weight' : `layers.${layer + 1}.input_layernorm.weight`);
    ({ residual, normed } = addResidual(bench, `encoder.${layer + 1}.norm`, residual, narrow, next));
  }
  return normed;
}

function includeRenamed(
  graph: GraphBuilder,
  audio: string,
  nodes: readonly OnnxNode[],
  tensors: readonly OnnxTensor[],
): void {
  const rename = (name: string) => {
    if (name === '') return '';
    return name === PUBLISHED_AUDIO ? audio : PREFIX + name;
  };
  for (const { attributes } of nodes)
    if ([...attributes.values()].some(({ kind }) => kind === 'graph'))
      throw new AsrError('invalid_model', 'The Moonshine encoder has graphs inside');
  graph.include(
    nodes.map((node) => ({
      ...node,
      name: PREFIX + node.name,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
  );
}
