/**
 * Greedy decoding of transducers: RNN-T (Graves, 2012), which moves on by one frame at each blank, and the token-and-duration
 * transducer (TDT; Xu et al., 2023), which says with every token how many frames to skip.
 */
import { AsrError } from '../errors.js';
import { findLikeliest } from '../token-choice.js';
import type { FramedToken } from '../vocabulary/timed-recognition.js';
import type { Scorer } from './prediction.js';

/** A stuck model writes no more than this at one frame. */
const MOST_PER_FRAME = 10;

/** The frames of an encoder, shape [size, count]. */
export interface EncodedFrames {
  readonly values: Float32Array;
  readonly size: number;
  readonly count: number;
  /** How many of them hold sound. */
  readonly length: number;
}

/**
 * Decodes one segment. Logits beyond `classes` are those of the durations 0, 1, 2 …; without any the model is an RNN-T.
 *
 * @throws {AsrError} `runtime_failed`, `invalid_model` when there are fewer logits than classes.
 * @throws the signal's reason when aborted.
 */
export async function decodeTransducer(
  scorer: Scorer,
  { values, size, count, length }: EncodedFrames,
  { classes, blank, signal }: { classes: number; blank: number; signal?: AbortSignal | undefined },
): Promise<FramedToken[]> {
  const tokens: FramedToken[] = [];
  const frame = new Float32Array(size);
  let written = 0;
  for (let at = 0; at < length;) {
    signal?.throwIfAborted();
    for (let i = 0; i < size; i++) frame[i] = values[i * count + at];
    const logits = await scorer.score(frame);
    if (logits.length < classes)
      throw new AsrError('invalid_model', 'The vocabulary is not that of the transducer');
    const { index: token, logProbability } = findLikeliest(logits, 0, classes);
    const hasDurations = logits.length > classes;
    const duration = hasDurations ? findLikeliest(logits, classes).index : 0;
    if (token !== blank) {
      scorer.accept(token);
      written++;
      tokens.push({ token, start: at, end: Math.min(length, at + Math.max(1, duration)), logProbability });
    }
    // A blank always moves on, or the loop would never end.
    const step = duration > 0 ? duration : token === blank || written >= MOST_PER_FRAME ? 1 : 0;
    if (step > 0) written = 0;
    at += step;
  }
  return tokens;
}
