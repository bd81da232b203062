/**
 * Matrices of 8-bit weights as the published files hold them: value = (weight - zero point) * scale. Held as int8;
 * unsigned files are shifted by 128, zero points included: the same numbers.
 */
import { AsrError } from '../../errors.js';

/** Bytes of a line of a processor's cache. */
const BLOCK = 64;

/** Weights [rows, columns]: rows go with the input's values, columns with the output's. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Int8Array;
  /** One for all columns, or one each. */
  readonly scales: Float32Array;
  readonly zeroPoints: Int8Array;
}

/** Unsigned weights as signed ones of the same meaning. */
export function toSigned(unsigned: Uint8Array): Int8Array {
  const signed = new Int8Array(unsigned.length);
  for (let i = 0; i < unsigned.length; i++) signed[i] = unsigned[i] - 128;
  return signed;
}

/** Signed weights as unsigned ones of the same meaning. */
export const toUnsigned = (signed: Int8Array): Uint8Array => Uint8Array.from(signed, (byte) => byte + 128);

/** The weights as the numbers that they stand for. */
export function dequantize({ columns, weights, scales, zeroPoints }: QuantizedMatrix): Float32Array {
  const values = new Float32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const column = i % columns;
    const zeroPoint = zeroPoints[zeroPoints.length === 1 ? 0 : column];
    values[i] = (weights[i] - zeroPoint) * scales[scales.length === 1 ? 0 : column];
  }
  return values;
}

/** The columns from `start` to `end`. */
export function sliceColumns(matrix: QuantizedMatrix, start: number, end: number): QuantizedMatrix {
  const columns = end - start;
  const weights = new Int8Array(matrix.rows * columns);
  for (let row = 0; row < matrix.rows; row++) {
    const at = row * matrix.columns;
    weights.set(matrix.weights.subarray(at + start, at + end), row * columns);
  }
  const part = <T extends Float32Array | Int8Array>(values: T): T =>
    (values.length === 1 ? values : values.subarray(start, end)) as T;
  return { ...matrix, columns, weights, scales: part(matrix.scales), zeroPoints: part(matrix.zeroPoints) };
}

/** Matrices beside each other: one multiplication gives the results of all. @throws {AsrError} `invalid_model`. */
export function besideEachOther(matrices: readonly QuantizedMatrix[]): QuantizedMatrix {
  const { rows } = matrices[0];
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const weights = new Int8Array(rows * columns);
  const scales = new Float32Array(columns);
  const zeroPoints = new Int8Array(columns);
  let at = 0;
  for (const matrix of matrices) {
    if (matrix.rows !== rows)
      throw new AsrError('invalid_model', 'Matrices of the model do not fit together');
    for (let row = 0; row < rows; row++) {
      const from = row * matrix.columns;
      weights.set(matrix.weights.subarray(from, from + matrix.columns), row * columns + at);
    }
    for (let column = 0; column < matrix.columns; column++) {
      scales[at + column] = matrix.scales[matrix.scales.length === 1 ? 0 : column];
      zeroPoints[at + column] = matrix.zeroPoints[matrix.zeroPoints.length === 1 ? 0 : column];
    }
    at += matrix.columns;
  }
  return { rows, columns, weights, scales, zeroPoints };
}

/** Rows and columns swapped, of a matrix with one scale. */
export function transpose(matrix: QuantizedMatrix): QuantizedMatrix {
  const { rows, columns } = matrix;
  const weights = new Int8Array(rows * columns);
  // Block by block, so that the lines of memory written to stay in the cache.
  for (let top = 0; top < rows; top += BLOCK)
    for (let column = 0; column < columns; column++)
      for (let row = top, end = Math.min(rows, top + BLOCK); row < end; row++)
        weights[column * rows + row] = matrix.weights[row * columns + column];
  return { ...matrix, rows: columns, columns: rows, weights };
}
