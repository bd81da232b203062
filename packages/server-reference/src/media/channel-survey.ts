/**
 * Whether the two channels of a recording are two people, as calls are recorded, or one scene heard by two microphones. Two
 * people are loud at different times and never in step; in a scene both channels rise and fall together, however the
 * microphones stand. Judged from loudness in tenths of a second and from the samples themselves; nobody is recognised here.
 */
import type { ChannelPair } from './decode.js';

const BLOCK = 1600;
/** Where a channel is silent, in nepers of energy: nothing below this tells anything (-60 dB). */
const SILENCE = Math.log(1e-6);
/** A channel in which somebody speaks has loud and quiet moments at least this far apart (15 dB). */
const LEAST_RANGE = Math.log(10) * 1.5;
/** A block counts as sounding down to 20 dB below its channel's loud ones. */
const SOUNDING = Math.log(10) * 2;
/** Blocks in which each channel has to sound: one second. */
const LEAST_SOUNDING = 10;
/** Loudness that goes together more than this is one scene. */
const MOST_IN_STEP = 0.5;
/** So are samples that are alike more than this. */
const MOST_ALIKE = 0.3;
const SURELY_ALIKE = 0.9;
/** Every so many blocks it is asked whether all is clear: half a minute. */
const ASK = 300;
/** Blocks after which no more is listened to: ten minutes. */
const LATEST = 6000;

/** Listens to a recording until it is clear what its channels are. */
export class ChannelSurvey {
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  #energies = [0, 0];
  #product = 0;
  #samples = 0;
  #asked = 0;
  #sums = { left: 0, right: 0, product: 0 };

  /** Takes samples; true once no more are needed. */
  push([left, right]: ChannelPair): boolean {
    for (let i = 0; i < left.length; i++) {
      const [l, r] = [left[i] as number, right[i] as number];
      this.#sums.left += l * l;
      this.#sums.right += r * r;
      this.#sums.product += l * r;
      if (++this.#samples % BLOCK === 0) this.#endBlock();
    }
    const blocks = this.#left.length;
    if (blocks < this.#asked + ASK) return false;
    this.#asked = blocks;
    return blocks >= LATEST || this.distinct || this.#alike > SURELY_ALIKE;
  }

  /** Whether each channel is somebody of their own, as far as has been heard. */
  get distinct(): boolean {
    const left = soundingFrom(this.#left);
    const right = soundingFrom(this.#right);
    if (left === undefined || right === undefined || this.#alike > MOST_ALIKE) return false;
    // What lies below both is room and line; how that goes together says nothing.
    const both = this.#left.flatMap((loudness, i) => {
      const other = this.#right[i] as number;
      return loudness > left || other > right
        ? [[Math.max(loudness, left), Math.max(other, right)] as const]
        : [];
    });
    return correlation(both) < MOST_IN_STEP;
  }

  /** How alike the samples are, 0 to 1. */
  get #alike(): number {
    const [left = 0, right = 0] = this.#energies;
    return left === 0 || right === 0 ? 0 : Math.abs(this.#product) / Math.sqrt(left * right);
  }

  #endBlock(): void {
    const { left, right, product } = this.#sums;
    this.#left.push(Math.max(SILENCE, Math.log(left / BLOCK + 1e-12)));
    this.#right.push(Math.max(SILENCE, Math.log(right / BLOCK + 1e-12)));
    this.#energies = [(this.#energies[0] as number) + left, (this.#energies[1] as number) + right];
    this.#product += product;
    this.#sums = { left: 0, right: 0, product: 0 };
  }
}

/** The loudness from which a channel's blocks sound; undefined when nobody speaks in it. */
function soundingFrom(loudness: readonly number[]): number | undefined {
  const sorted = [...loudness].sort((a, b) => a - b);
  const loud = sorted[Math.floor(0.98 * sorted.length)] ?? SILENCE;
  const quiet = sorted[Math.floor(0.05 * sorted.length)] ?? SILENCE;
  const limit = Math.max(SILENCE, loud - SOUNDING);
  const sounding = loudness.filter((value) => value > limit).length;
  return loud - quiet >= LEAST_RANGE && sounding >= LEAST_SOUNDING ? limit : undefined;
}

/** Pearson's, of pairs. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const n = Math.max(1, pairs.length);
  const meanA = pairs.reduce((sum, [a]) => sum + a, 0) / n;
  const meanB = pairs.reduce((sum, [, b]) => sum + b, 0) / n;
  let [ab, aa, bb] = [0, 0, 0];
  for (const [a, b] of pairs) {
    ab += (a - meanA) * (b - meanB);
    aa += (a - meanA) ** 2;
    bb += (b - meanB) ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
