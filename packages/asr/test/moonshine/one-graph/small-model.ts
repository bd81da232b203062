/**
 * The two files of a Moonshine model as they are published (names, quantisation, merged decoder), with weights for a head of a pin: one
 * layer, sixteen values, twelve tokens. What it writes means nothing; ONNX Runtime takes it like the real ones.
 */
import {
  ElementType,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../../../src/onnx/model.js';

const HEADS = 2;
const HEAD_SIZE = 8;
const HIDDEN = HEADS * HEAD_SIZE;
const TOKENS = 12;

/** Collects a file's weights, and the nodes by which they are found. */
class Weights {
  readonly tensors: OnnxTensor[] = [];
  readonly nodes: OnnxNode[] = [];

  floats(name: string, length: number): void {
    const values = Float32Array.from({ length }, (_, i) => 1 + (i % 3) / 10);
    this.tensors.push(tensor(name, ElementType.float32, [length], values));
  }

  quantized(name: string, rows: number, columns: number): void {
    const bytes = Uint8Array.from({ length: rows * columns }, (_, i) => 100 + ((i * 37) % 57));
    this.tensors.push(
      tensor(`${name}_quantized`, ElementType.uint8, [rows, columns], bytes),
      tensor(`${name}_scale`, ElementType.float32, [], Float32Array.of(0.01)),
      tensor(`${name}_zero_point`, ElementType.uint8, [], Uint8Array.of(128)),
    );
  }

  matrix(projection: string, rows = HIDDEN, columns = HIDDEN): void {
    const name = `weight_${this.nodes.length}`;
    this.quantized(name, rows, columns);
    const output = `${projection}/MatMul_output_0_output_quantized`;
    this.nodes.push(node('MatMulInteger', ['values', `${name}_quantized`], output));
  }
}

const tensor = (
  name: string,
  type: number,
  dims: number[],
  { buffer }: { buffer: ArrayBuffer },
): OnnxTensor => ({
  ...{ name, type, dims },
  data: new Uint8Array(buffer),
});
const node = (operator: string, inputs: string[], output: string): OnnxNode => ({
  ...{ operator, inputs, domain: '', name: output, outputs: [output] },
  attributes: new Map(),
});
const modelOf = (graph: OnnxGraph): OnnxModel => ({ irVersion: 8, opsets: new Map([['', 17]]), graph });

/** `encoder_model.onnx`, whose convolutions are nothing but another shape of the samples. */
export function smallEncoder(): OnnxModel {
  const weights = new Weights();
  weights.tensors.push(tensor('frames', ElementType.int64, [3], BigInt64Array.of(1n, -1n, BigInt(HIDDEN))));
  weights.nodes.push(node('Reshape', ['input_values', 'frames'], '/Transpose_output_0'));
  weights.floats('/rotary_emb/Cast_1_output_0', HEAD_SIZE / 4);
  for (const part of ['q_proj', 'k_proj', 'v_proj', 'dense']) weights.matrix(`/layers.0/self_attn/${part}`);
  weights.matrix('/layers.0/mlp/fc1', HIDDEN, 24);
  weights.matrix('/layers.0/mlp/fc2', 24, HIDDEN);
  weights.floats('layers.0.mlp.fc1.bias', 24);
  weights.floats('layers.0.mlp.fc2.bias', HIDDEN);
  for (const name of ['layers.0.input_layernorm', 'layers.0.post_attention_layernorm', 'layer_norm'])
    weights.floats(`${name}.weight`, HIDDEN);
  const { nodes, tensors: initializers } = weights;
  return modelOf({ name: 'encoder', nodes, initializers, inputs: [], outputs: [] });
}

/** `decoder_model_merged.onnx`. */
export function smallDecoder(): OnnxModel {
  const weights = new Weights();
  weights.floats('/model/decoder/rotary_emb/Cast_1_output_0', HEAD_SIZE / 4);
  for (const attention of ['self_attn', 'encoder_attn'])
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'dense'])
      weights.matrix(`/model/decoder/layers.0/${attention}/${part}`);
  weights.matrix('/model/decoder/layers.0/mlp/up_proj', HIDDEN, 2 * HIDDEN);
  weights.matrix('/model/decoder/layers.0/mlp/down_proj');
  weights.floats('model.decoder.layers.0.mlp.up_proj.bias', 2 * HIDDEN);
  weights.floats('model.decoder.layers.0.mlp.down_proj.bias', HIDDEN);
  for (const name of ['input_layernorm', 'post_attention_layernorm', 'final_layernorm'])
    weights.floats(`model.decoder.layers.0.${name}.weight`, HIDDEN);
  weights.floats('model.decoder.norm.weight', HIDDEN);
  weights.quantized('model.decoder.embed_tokens.weight_merged_0', TOKENS, HIDDEN);
  const branch = (name: string, nodes: OnnxNode[]) =>
    ({ kind: 'graph', value: { name, nodes, initializers: [], inputs: [], outputs: [] } }) as const;
  const merged: OnnxNode = {
    ...node('If', ['use_cache_branch'], 'logits'),
    attributes: new Map([
      ['then_branch', branch('with_past', weights.nodes.slice(4))],
      ['else_branch', branch('without_past', weights.nodes)],
    ]),
  };
  const dims = ['batch', HEADS, 'steps', HEAD_SIZE];
  const cache = { name: 'past_key_values.0.decoder.key', type: ElementType.float32, dims };
  return modelOf({
    name: 'decoder',
    nodes: [merged],
    initializers: weights.tensors,
    inputs: [cache],
    outputs: [],
  });
}
