/**
 * Whether windows are the same voice: the log likelihood ratio of a two-covariance model (Brümmer and de Villiers, "The
 * speaker partitioning problem", Odyssey 2010). Within a speaker every direction varies by 1, between speakers by
 * `SPEAKER_VARIANCE`. Neighbouring windows are far from independent, so a window counts for a part of one.
 */
import type { Linkage } from './agglomerate.js';
import { SPEAKER_VARIANCE } from './voice-statistics.js';

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

/** Compares voices; a cluster belongs to the likelihood that made it. */
export class VoiceLikelihood implements Linkage<VoiceCluster> {
  readonly #weight: number;
  readonly #terms = new Map<number, Terms>();

  /** @param weight what one window counts for */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /** So many windows with this sum. */
  cluster(windows: number, sum: Float64Array): VoiceCluster {
    const { weights, constant } = this.#termsOf(windows);
    const logLikelihood = sum.reduce((total, value, d) => total + weights[d] * value * value, constant);
    return { windows, sum, logLikelihood };
  }

  /** The gain in log likelihood when two clusters are one voice instead of two. */
  score(a: VoiceCluster, b: VoiceCluster): number {
    const { weights, constant } = this.#termsOf(a.windows + b.windows);
    let together = constant;
    for (let d = 0; d < weights.length; d++) {
      const sum = a.sum[d] + b.sum[d];
      together += weights[d] * sum * sum;
    }
    return together - a.logLikelihood - b.logLikelihood;
  }

  /** Two clusters as one. */
  merge(a: VoiceCluster, b: VoiceCluster): VoiceCluster {
    return this.cluster(
      a.windows + b.windows,
      a.sum.map((value, d) => value + b.sum[d]),
    );
  }

  #termsOf(windows: number): Terms {
    const found = this.#terms.get(windows);
    if (found !== undefined) return found;
    const n = this.#weight * windows;
    const weights = Float64Array.from(
      SPEAKER_VARIANCE,
      (variance) => (0.5 * variance * this.#weight ** 2) / (1 + n * variance),
    );
    const constant = -0.5 * SPEAKER_VARIANCE.reduce((sum, variance) => sum + Math.log1p(n * variance), 0);
    const terms = { weights, constant };
    this.#terms.set(windows, terms);
    return terms;
  }
}
