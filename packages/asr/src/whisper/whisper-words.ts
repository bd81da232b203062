/**
 * Word times for Whisper, from the attention of the heads that its authors found to follow the audio. The timestamps that the
 * model itself writes are phrases long and are not used.
 */
import type { Word } from '@sealscribe/protocol';
import type { SpeechRegion } from '../recognizer.js';
import { tokenTexts, type Vocabulary } from '../vocabulary/vocabulary.js';
import { alignWords } from '../words/align-words.js';
import type { Attempt } from './temperature-fallback.js';

/** Seconds per frame of the encoder. */
const FRAME_SECONDS = 0.02;

/** The words of a decoding that kept its attention. `regions` say where in its `duration` seconds somebody speaks. */
export function findWords(
  { tokens, logProbabilities, attention }: Attempt,
  vocabulary: Vocabulary,
  { duration, regions }: { duration: number; regions?: readonly SpeechRegion[] | undefined },
): Word[] {
  const texts = tokenTexts(vocabulary, tokens);
  // Timestamps are tokens, but no part of any word.
  const written = [...tokens.keys()].filter((i) => texts[i] !== '');
  const [first] = attention;
  if (written.length === 0 || first === undefined) return [];
  // Every row is of 30 s; what follows the audio is silence that we put there.
  const rowFrames = 30 / FRAME_SECONDS;
  const heads = first.length / rowFrames;
  const frames = Math.min(rowFrames, Math.max(1, Math.round(duration / FRAME_SECONDS)));
  const weights = new Float32Array(written.length * heads * frames);
  for (const [i, token] of written.entries()) {
    for (let head = 0; head < heads; head++) {
      const row = attention[token].subarray(head * rowFrames, head * rowFrames + frames);
      weights.set(toShares(row), (i * heads + head) * frames);
    }
  }
  return alignWords({
    tokens: written.map((i) => ({ text: texts[i], logProbability: logProbabilities[i] })),
    attention: { layers: 1, heads, frames, weights },
    heads: Array.from({ length: heads }, (_, head) => ({ layer: 0, head, weight: 1 / heads })),
    duration,
    frameSeconds: FRAME_SECONDS,
    regions,
  });
}

/** The weights made to sum to 1 again. */
function toShares(row: Float32Array): Float32Array {
  const sum = row.reduce((total, weight) => total + weight, 0);
  return sum > 0 ? row.map((weight) => weight / sum) : row;
}
