/**
 * Greedy decoding of connectionist temporal classification (Graves et al., 2006): the likeliest token of each frame, repeats
 * joined, blanks dropped. A token is as likely as in the frame where it is likeliest. No beam, no language model.
 */
import { findLikeliest } from '../token-choice.js';
import type { FramedToken } from '../vocabulary/timed-recognition.js';

/**
 * The tokens that `frames` rows of `classes` logits (or log-probabilities) spell.
 *
 * @param blank The class that stands for nothing.
 */
export function decodeCtc(
  logits: Float32Array,
  frames: number,
  classes: number,
  blank: number,
): FramedToken[] {
  const tokens: FramedToken[] = [];
  let previous = blank;
  for (let frame = 0; frame < frames; frame++) {
    const { index: token, logProbability } = findLikeliest(logits, frame * classes, (frame + 1) * classes);
    const last = tokens[tokens.length - 1];
    if (token !== blank && token === previous)
      tokens[tokens.length - 1] = {
        ...last,
        end: frame + 1,
        logProbability: Math.max(last.logProbability, logProbability),
      };
    else if (token !== blank) tokens.push({ token, start: frame, end: frame + 1, logProbability });
    previous = token;
  }
  return tokens;
}
