/**
 * Matrices times several rows at once, with the result that each row has alone. DynamicQuantizeMatMul, which is what single rows go
 * through, rounds all rows by one range; here every row is rounded by its own, in the same steps and the same order of float
 * operations (core/util/qmath.h in ONNX Runtime), and what is summed up are whole numbers.
 */
import { ElementType } from '../../onnx/model.js';
import type { GraphBuilder } from '../../onnx/graph-builder.js';
import type { QuantizedMatrix } from './quantized-matrix.js';

/** Levels of an unsigned byte above the lowest. */
const LEVELS = 255;

/** Rows [1, rows, values] as bytes: value = (byte - zero point) * scale. Names of results. */
interface QuantizedRows {
  /** uint8 [1, rows, values] */
  readonly bytes: string;
  /** float32 [1, rows, 1] */
  readonly scale: string;
  /** int32 [1, rows, 1] */
  readonly zeroPoint: string;
}

/** Multiplies rows of one graph; rows that several matrices share are rounded once. */
export class RowByRow {
  readonly #rounded = new Map<string, QuantizedRows>();

  /**
   * @param graph takes nodes
   * @param tensors takes tensors
   */
  constructor(
    private readonly graph: GraphBuilder,
    private readonly tensors: GraphBuilder,
  ) {}

  /** Adds `input` [1, rows, values] x `matrix`, whose tensors have these names. */
  multiply(
    input: string,
    { rows, columns, weights, zeroPoints }: QuantizedMatrix,
    names: { weight: string; scale: string; zeroPoint: string },
  ): string {
    const { graph, tensors } = this;
    const { bytes, scale, zeroPoint } = this.#round(input);
    const sums = tensors.tensor(`${names.weight}.sums`, ElementType.int32, [columns], () =>
      sumColumns(weights, rows, columns, zeroPoints),
    );
    const product = graph.add('MatMulInteger', [bytes, names.weight, '', names.zeroPoint]);
    const exact = graph.add('Sub', [product, graph.add('Mul', [zeroPoint, sums])]);
    return graph.add('Mul', [
      graph.add('Cast', [exact], { to: ElementType.float32 }),
      graph.add('Mul', [scale, names.scale]),
    ]);
  }

  #round(input: string): QuantizedRows {
    const known = this.#rounded.get(input);
    if (known) return known;
    const { graph, tensors } = this;
    const zero = tensors.floats('zero.float', [], [0]);
    const levels = tensors.floats('levels', [], [LEVELS]);
    const flat = tensors.integers('flat', [1], [-1]);
    const low = graph.add('Min', [graph.add('ReduceMin', [input], { axes: [-1] }), zero]);
    const high = graph.add('Max', [graph.add('ReduceMax', [input], { axes: [-1] }), zero]);
    const scale = graph.add('Div', [graph.add('Sub', [high, low]), levels]);
    const place = graph.add('Round', [graph.add('Sub', [zero, graph.add('Div', [low, scale])])]);
    const byte = graph.add('Cast', [graph.add('Reshape', [place, flat])], { to: ElementType.uint8 });
    const bytes = graph.add('QuantizeLinear', [input, graph.add('Reshape', [scale, flat]), byte], {
      axis: 1,
    });
    const zeroPoint = graph.add('Cast', [place], { to: ElementType.int32 });
    const rounded = { bytes, scale, zeroPoint };
    this.#rounded.set(input, rounded);
    return rounded;
  }
}

/** What a zero point of 1 adds to each column. */
function sumColumns(weights: Int8Array, rows: number, columns: number, zeroPoints: Int8Array): Int32Array {
  const sums = Int32Array.from(
    { length: columns },
    (_, column) => -rows * zeroPoints[zeroPoints.length === 1 ? 0 : column],
  );
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) sums[column] += weights[i];
  return sums;
}
