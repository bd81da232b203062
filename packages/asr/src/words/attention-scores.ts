/**
 * From cross-attention to how well each token fits each frame. A token's weights alone say little: some frames are looked at
 * by every token. So each frame is normalised over the tokens (mean 0, deviation 1), as Whisper's word times do.
 */

/**
 * Cross-attention of every decoding step: `weights[((token * layers + layer) * heads + head) * frames + frame]`. The weights of
 * one token, layer and head sum to 1. Token i is the step that wrote `tokens[i]`.
 */
export interface CrossAttention {
  readonly layers: number;
  readonly heads: number;
  /** Frames of the encoder: evenly spread over the audio. */
  readonly frames: number;
  readonly weights: Float32Array;
}

/** An attention head that looks at what it writes, and how much it counts beside the others. */
export interface AlignmentHead {
  readonly layer: number;
  readonly head: number;
  readonly weight: number;
}

/** Scores[token * frames + frame]: high where a token is attended to more than the others are. */
export function scoreTokens(attention: CrossAttention, heads: readonly AlignmentHead[]): Float32Array {
  const { frames } = attention;
  const count = countTokens(attention);
  const scores = new Float32Array(count * frames);
  for (const { layer, head, weight } of heads) {
    const rows = Array.from({ length: count }, (_, token) => rowOf(attention, token, layer, head));
    for (let frame = 0; frame < frames; frame++) {
      let sum = 0;
      let squares = 0;
      for (const row of rows) {
        sum += row[frame];
        squares += row[frame] * row[frame];
      }
      const mean = sum / count;
      const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
      // Where all tokens look alike, as a single one always does, nothing can be told.
      if (deviation < 1e-9) continue;
      for (let token = 0; token < count; token++)
        scores[token * frames + frame] += (weight * (rows[token][frame] - mean)) / deviation;
    }
  }
  return scores;
}

/** How much some tokens attend to each frame. */
export function sumOverHeads(
  attention: CrossAttention,
  heads: readonly AlignmentHead[],
  tokens: readonly number[],
): Float32Array {
  const sums = new Float32Array(attention.frames);
  for (const token of tokens) {
    for (const { layer, head, weight } of heads) {
      const row = rowOf(attention, token, layer, head);
      for (let frame = 0; frame < sums.length; frame++) sums[frame] += weight * row[frame];
    }
  }
  return sums;
}

function countTokens({ weights, layers, heads, frames }: CrossAttention): number {
  return weights.length / (layers * heads * frames);
}

function rowOf(
  { weights, layers, heads, frames }: CrossAttention,
  token: number,
  layer: number,
  head: number,
): Float32Array {
  const start = ((token * layers + layer) * heads + head) * frames;
  return weights.subarray(start, start + frames);
}
