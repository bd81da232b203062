/**
 * A convolution of three columns over so few columns that it is best done as one multiplication: each output column's weights
 * stand in the rows of the input columns that it sees, zeros elsewhere.
 */

/** Three columns wide, with a column of zeros at each edge. */
export interface Convolution {
  /** Channels in. */
  readonly from: number;
  /** Channels out. */
  readonly to: number;
  readonly stride: number;
  /** [to, from, 3] */
  readonly weight: Float32Array;
  /** [to] */
  readonly bias: Float32Array;
}

/** What rows of `columns` x `from` values are multiplied by and what is added. */
export interface UnrolledConvolution {
  /** Columns out. */
  readonly columns: number;
  /** [columns in * from, columns out * to] */
  readonly weight: Float32Array;
  /** [columns out * to] */
  readonly bias: Float32Array;
}

/** Unrolls a convolution over `columns` columns. */
export function unrollConvolution(convolution: Convolution, columns: number): UnrolledConvolution {
  const { from, to, stride, weight, bias } = convolution;
  const out = Math.floor((columns - 1) / stride) + 1;
  const unrolled = new Float32Array(columns * from * out * to);
  const biases = new Float32Array(out * to);
  for (let target = 0; target < out; target++) {
    biases.set(bias, target * to);
    for (let tap = 0; tap < 3; tap++) {
      const source = target * stride + tap - 1;
      if (source < 0 || source >= columns) continue;
      for (let i = 0; i < from; i++)
        for (let o = 0; o < to; o++)
          unrolled[(source * from + i) * out * to + target * to + o] = weight[(o * from + i) * 3 + tap];
    }
  }
  return { columns: out, weight: unrolled, bias: biases };
}
