/**
 * How much of a recording goes into one part. A part's end is where progress is certain, so parts are made to take about a second
 * each; on fast lines they grow until the pauses between them cost little.
 */

/** Bytes of the first part. */
export const FIRST_PART = 512 * 1024;
const SMALLEST_PART = 64 * 1024;
const LARGEST_PART = 32 * 1024 ** 2;
const AIM_MS = 1000;

/** Bytes of the next part, after one of `size` bytes that took `ms` milliseconds; Infinity stands for one that did not arrive. */
export function nextPartSize(size: number, ms: number): number {
  const factor = Math.min(2, Math.max(0.5, AIM_MS / ms));
  return Math.round(Math.min(LARGEST_PART, Math.max(SMALLEST_PART, size * factor)));
}
