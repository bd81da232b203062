/** Quantiles by linear interpolation between order statistics (Hyndman and Fan's type 7). */

/** The value below which `part` (0 to 1) of `values` lies; 0 when there are none. */
export function quantile(values: Float64Array, part: number): number {
  if (values.length === 0) return 0;
  const sorted = values.slice().sort();
  const at = part * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
