/**
 * Choosing a token: the likeliest of 32,768 and its log-probability. Runs once per token, so it makes nothing and walks the
 * logits twice.
 */
import { END } from './tokens.js';

// e^-20 of 32,768 entries is less than 0.0001 of the sum: not worth an exponential each.
const NEGLIGIBLE = 20;

/** The token chosen and its natural log-probability. */
export interface Choice {
  readonly token: number;
  readonly logProbability: number;
}

/** The likeliest token. */
export function chooseToken(logits: Float32Array): Choice {
  let token = 0;
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i];
    if (value > highest) {
      highest = value;
      token = i;
    }
  }
  return { token, logProbability: -Math.log(sumRelativeTo(logits, highest)) };
}

/** The natural log of the probability that the model would end here. */
export function logProbabilityOfEnd(logits: Float32Array): number {
  let highest = -Infinity;
  for (const value of logits) if (value > highest) highest = value;
  return logits[END] - highest - Math.log(sumRelativeTo(logits, highest));
}

/** The sum of e^(logit - highest). */
function sumRelativeTo(logits: Float32Array, highest: number): number {
  const least = highest - NEGLIGIBLE;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i];
    if (value > least) sum += Math.exp(value - highest);
  }
  return sum;
}
