/**
 * The likeliest of a row of logits and how likely it is; the logarithm of the sum of exponentials. Runs once per token or
 * frame over tens of thousands of values, so it makes no copies.
 */

/** The index counts from `start` of the range. */
export interface Likeliest {
  readonly index: number;
  /** Natural logarithm of the probability by softmax over the range. */
  readonly logProbability: number;
}

/** The likeliest of `values[start]` to `values[end - 1]`. */
export function findLikeliest(values: Float32Array, start = 0, end = values.length): Likeliest {
  let best = start;
  for (let i = start + 1; i < end; i++) if (values[i] > values[best]) best = i;
  return { index: best - start, logProbability: values[best] - logSumExp(values, start, end) };
}

/** ln of the sum of e^value over a range; -Infinity when every value is. */
export function logSumExp(values: Float32Array, start = 0, end = values.length): number {
  let highest = -Infinity;
  for (let i = start; i < end; i++) if (values[i] > highest) highest = values[i];
  if (highest === -Infinity) return highest;
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(values[i] - highest);
  return highest + Math.log(sum);
}
