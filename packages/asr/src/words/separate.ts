/**
 * Times that can be relied on: in order, inside the audio, apart from each other, each with some length.
 */

/** A stretch of time in seconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/**
 * Intervals made to follow each other in [0, duration], each at least `shortest` long; all of equal length where there is not
 * room for that. Those that are so already stay as they are.
 */
export function separate(intervals: readonly Interval[], duration: number, shortest: number): Interval[] {
  const least = Math.min(shortest, duration / intervals.length);
  const separated: { start: number; end: number }[] = [];
  let last = 0;
  for (const { start, end } of intervals) {
    const from = Math.max(start, last);
    last = Math.max(end, from + least);
    separated.push({ start: from, end: last });
  }
  // What was pushed beyond the end is pushed back, as far as it takes.
  let limit = duration;
  for (const interval of separated.reverse()) {
    interval.end = Math.min(interval.end, limit);
    interval.start = Math.max(0, Math.min(interval.start, interval.end - least));
    limit = interval.start;
  }
  return separated.reverse();
}
