/**
 * What encoder and decoder layers are made of, as few operations as ONNX Runtime allows: its own DynamicQuantizeMatMul,
 * RotaryEmbedding and LayerNormalization. Tensors go into one builder, which may be an outer graph, nodes into another.
 */
import { AsrError } from '../../errors.js';
import { ElementType } from '../../onnx/model.js';
import { float, type GraphBuilder } from '../../onnx/graph-builder.js';
import { dequantize, toUnsigned, type QuantizedMatrix } from './quantized-matrix.js';
import type { PublishedWeights } from './published-weights.js';
import type { RowByRow } from './row-by-row.js';
import type { MoonshineShape } from './shape.js';

const EPSILON = 1e-5;

/** Keys and values of one layer. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** Where the parts of a layer go. */
export interface Workbench {
  /** Takes nodes. */
  readonly graph: GraphBuilder;
  /** Takes tensors: the same builder, or that of the graph around it. */
  readonly tensors: GraphBuilder;
  readonly shape: MoonshineShape;
  readonly arithmetic: Arithmetic;
  /** Where there are several rows of which each must have the result that it has alone. */
  readonly rowByRow?: RowByRow | undefined;
}

/**
 * How matrices are multiplied. `uint8` and `int8` are the published 8-bit weights and give the same numbers: unsigned weights are
 * right on every processor; signed ones are faster where there are instructions for them (VNNI on x86, Arm), and overflow on x86
 * processors without. `float32` is the same weights multiplied out, which is what graphics processors have operations for. Inputs
 * are not rounded to 8 bits then.
 */
export type Arithmetic = 'uint8' | 'int8' | 'float32';

/** Adds `input` x `matrix` + `bias`. With 8-bit weights the input is quantised by its own range at every run. */
export function addLinear(
  { graph, tensors, arithmetic, rowByRow }: Workbench,
  name: string,
  input: string,
  matrix: QuantizedMatrix,
  bias?: Float32Array,
): string {
  const { rows, columns, weights, scales, zeroPoints } = matrix;
  if (arithmetic === 'float32') {
    const weight = tensors.tensor(`${name}.weight`, ElementType.float32, [rows, columns], () =>
      dequantize(matrix),
    );
    const product = graph.add('MatMul', [input, weight]);
    return bias ? graph.add('Add', [product, tensors.floats(`${name}.bias`, [columns], bias)]) : product;
  }
  const perColumn = scales.length === 1 ? [] : [columns];
  const bytes = (part: string, dims: readonly number[], values: Int8Array) =>
    tensors.tensor(`${name}.${part}`, ElementType[arithmetic], dims, () =>
      arithmetic === 'uint8' ? toUnsigned(values) : values,
    );
  const weight = bytes('weight', [rows, columns], weights);
  const scale = tensors.floats(`${name}.scale`, perColumn, scales);
  const zeroPoint = bytes('zero_point', perColumn, zeroPoints);
  const added = bias ? [tensors.floats(`${name}.bias`, [columns], bias)] : [];
  if (rowByRow) {
    const product = rowByRow.multiply(input, matrix, { weight, scale, zeroPoint });
    return bias ? graph.add('Add', [product, ...added]) : product;
  }
  return graph.addContrib('DynamicQuantizeMatMul', [input, weight, scale, zeroPoint, ...added])[0];
}

/** Adds the normalisation of `input` with a weight and no bias. */
export function addNorm(
  { graph, tensors }: Workbench,
  name: string,
  input: string,
  weight: Float32Array,
): string {
  return graph.add('LayerNormalization', [input, tensors.floats(name, [weight.length], weight)], {
    epsilon: float(EPSILON),
  });
}

/** Adds `residual` + `change`, and the normalisation of it. */
export function addResidual(
  bench: Workbench,
  name: string,
  residual: string,
  change: string,
  weight: Float32Array,
): { residual: string; normed: string } {
  // Sum, because the runtime would fuse Add with the normalisation to an operation that is slower on CPUs.
  const sum = bench.graph.add('Sum', [residual, change]);
  return { residual: sum, normed: addNorm(bench, name, sum, weight) };
}

/** Tables of rotary position embedding (https://arxiv.org/abs/2104.09864) and how far they reach. */
export interface RotaryTables {
  readonly cos: string;
  readonly sin: string;
  /** Values of each head that are turned; the rest stays. */
  readonly turned: number;
}

/**
 * Adds tables for positions from 0 to `positions` - 1.
 *
 * @throws {AsrError} `invalid_model` when more would be turned than a head has.
 */
export function addRotaryTables(
  tensors: GraphBuilder,
  name: string,
  inverseFrequencies: Float32Array,
  positions: number,
  { headSize }: MoonshineShape,
): RotaryTables {
  const width = inverseFrequencies.length;
  if (2 * width > headSize)
    throw new AsrError('invalid_model', 'Positions of the Moonshine model are of another shape');
  const table = (of: (angle: number) => number) =>
    Float32Array.from({ length: positions * width }, (_, i) =>
      of(Math.fround(inverseFrequencies[i % width] * Math.floor(i / width))),
    );
  return {
    cos: tensors.floats(`${name}.cos`, [positions, width], table(Math.cos)),
    sin: tensors.floats(`${name}.sin`, [positions, width], table(Math.sin)),
    turned: 2 * width,
  };
}

/** Adds the turning of `input` by its position: `position` is that of the first row. */
export function addRotary(
  { graph, shape }: Workbench,
  tables: RotaryTables,
  input: string,
  position: string,
): string {
  return graph.addContrib('RotaryEmbedding', [input, position, tables.cos, tables.sin], {
    interleaved: 1,
    num_heads: shape.heads,
    rotary_embedding_dim: tables.turned,
  })[0];
}

/** Adds the rows of the table of tokens for some tokens: [..., hidden]. */
export function addEmbedding(
  { graph, tensors }: Workbench,
  weights: PublishedWeights,
  tokens: string,
): string {
  const {
    rows,
    columns,
    weights: table,
    scales,
    zeroPoints,
  } = weights.quantized('model.decoder.embed_tokens.weight');
  const chosen = graph.add(
    'Gather',
    [tensors.tensor('embedding', ElementType.int8, [rows, columns], () => table), tokens],
    { axis: 0 },
  );
  return graph.add('DequantizeLinear', [
    chosen,
    tensors.floats('embedding.scale', [], scales),
    tensors.tensor('embedding.zero_point', ElementType.int8, [], () => zeroPoints),
  ]);
}
