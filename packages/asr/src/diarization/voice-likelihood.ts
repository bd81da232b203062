/**
 * Whether windows are the same voice: the log likelihood ratio of a two-covariance model (Brümmer and de Villiers, "The
 * speaker partitioning problem", Odyssey 2010). Within a speaker every direction varies by 1, between speakers by
 * `SPEAKER_VARIANCE`. Neighbouring windows are far from independent, so each counts for a tenth.
 */
import type { Linkage } from './agglomerate.js';
import { SPEAKER_VARIANCE } from './voice-statistics.js';

/** What one window counts for. */
export const WINDOW_WEIGHT = 0.1;

/** Windows said to be one voice: how many, their sum, and how likely they are together. */
export interface VoiceCluster {
  readonly windows: number;
  readonly sum: Float64Array;
  readonly logLikelihood: number;
}

/** For a number of windows: what each direction's square counts, and the part that does not depend on the values. */
interface Terms {
  readonly weights: Float64Array;
  readonly constant: number;
}

const known = new Map<number, Terms>();

function termsOf(windows: number): Terms {
  const found = known.get(windows);
  if (found !== undefined) return found;
  const n = WINDOW_WEIGHT * windows;
  const weights = Float64Array.from(
    SPEAKER_VARIANCE,
    (variance) => (0.5 * variance * WINDOW_WEIGHT ** 2) / (1 + n * variance),
  );
  const constant = -0.5 * SPEAKER_VARIANCE.reduce((sum, variance) => sum + Math.log1p(n * variance), 0);
  const terms = { weights, constant };
  known.set(windows, terms);
  return terms;
}

/** A cluster of one window. */
export function clusterOf(vector: Float64Array): VoiceCluster {
  return withLikelihood(1, vector);
}

/** The gain in log likelihood when two clusters are one voice instead of two. */
export const sameVoice: Linkage<VoiceCluster> = {
  score: (a, b) => {
    const { weights, constant } = termsOf(a.windows + b.windows);
    let together = constant;
    for (let d = 0; d < weights.length; d++) {
      const sum = a.sum[d] + b.sum[d];
      together += weights[d] * sum * sum;
    }
    return together - a.logLikelihood - b.logLikelihood;
  },
  merge: (a, b) =>
    withLikelihood(
      a.windows + b.windows,
      a.sum.map((value, d) => value + b.sum[d]),
    ),
};

function withLikelihood(windows: number, sum: Float64Array): VoiceCluster {
  const { weights, constant } = termsOf(windows);
  const logLikelihood = sum.reduce((total, value, d) => total + weights[d] * value * value, constant);
  return { windows, sum, logLikelihood };
}
