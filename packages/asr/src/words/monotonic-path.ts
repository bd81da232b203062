/**
 * The best way to share frames out among words that follow each other: dynamic programming, each word one run of frames, every
 * frame somebody's. That is dynamic time warping in which no two words share a frame.
 */

/**
 * Borders in frames, from 0 to `frames`, one more than there are words: word i has the frames from border i to border i + 1.
 *
 * @param rows For each word its score in each frame; the sum of the scores becomes as high as it can.
 */
export function findBorders(rows: readonly Float32Array[], frames: number): number[] {
  // More words than frames cannot have one each; that is no speech anybody could follow.
  if (rows.length > frames)
    return Array.from({ length: rows.length + 1 }, (_, i) => (i * frames) / rows.length);
  const begins = rows.map(() => new Int32Array(frames + 1));
  /** The best sum with the words so far in the frames before each. */
  let best = new Float64Array(frames + 1).fill(-Infinity);
  best[0] = 0;
  for (const [word, row] of rows.entries()) {
    const next = new Float64Array(frames + 1).fill(-Infinity);
    let sum = -Infinity;
    let begin = 0;
    for (let end = 1; end <= frames; end++) {
      // The run that ends here goes on from the frame before, or begins with this frame.
      if (best[end - 1] > sum) {
        sum = best[end - 1];
        begin = end - 1;
      }
      sum += row[end - 1];
      next[end] = sum;
      begins[word][end] = begin;
    }
    best = next;
  }
  const borders = [frames];
  for (let word = rows.length - 1; word >= 0; word--) borders.unshift(begins[word][borders[0]]);
  return borders;
}
