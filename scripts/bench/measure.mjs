// @ts-check
// Comparing two ways of doing the same on a machine that may be busy. A pair is one call of each right after the other, in
// alternating order, and the ratio is the median of the ratios of many pairs: what slows the machine down slows both, and a
// single call is seldom interrupted, where a longer sample would hold an interruption nearly every time.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value Ours, the median.
 * @property {string} unit Of value and reference.
 * @property {number} reference What it is compared with, the median.
 * @property {number} ratio Ours divided by the reference, the median over the pairs: smaller is better.
 * @property {string} [note] What else is to be known of it.
 *
 * @typedef {(name: string) => boolean} Wanted Whether somebody asked for the figure of this name.
 */

const WARM_UP_CALLS = 200;
const WARM_UP_MS = 2000;
const FEWEST_PAIRS = 7;
const MOST_PAIRS = 5000;

setFlagsFromString('--expose-gc');
/** For work on so many bytes that one sample's garbage would be paid for by the next. */
export const collectGarbage = /** @type {() => void} */ (runInNewContext('gc'));

/** The middle of some numbers. @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [lower = NaN, upper = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (lower + upper) / 2;
}

/** Milliseconds of one call. @param {() => Promise<unknown>} work */
async function time(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Measures two things against each other.
 * @param {string} name
 * @param {() => Promise<unknown>} ours
 * @param {() => Promise<unknown>} reference
 * @param {{seconds?: number, between?: (work: () => Promise<unknown>) => unknown}} [options] How long to go on, at least seven pairs; what to do before each of the calls, which are given to it.
 * @returns {Promise<Figure>} In milliseconds.
 */
export async function compare(name, ours, reference, { seconds = 4, between } = {}) {
  // The compiler has seen both before anything counts.
  const begun = performance.now();
  for (let i = 0; i < WARM_UP_CALLS && performance.now() < begun + WARM_UP_MS; i++) {
    await reference();
    await ours();
  }
  /** @type {{ours: number, reference: number}[]} */
  const pairs = [];
  const end = performance.now() + seconds * 1000;
  while (pairs.length < FEWEST_PAIRS || (performance.now() < end && pairs.length < MOST_PAIRS)) {
    const pair = { ours: 0, reference: 0 };
    for (const oursNow of pairs.length % 2 ? [true, false] : [false, true]) {
      const work = oursNow ? ours : reference;
      await between?.(work);
      pair[oursNow ? 'ours' : 'reference'] = await time(work);
    }
    pairs.push(pair);
  }
  return {
    name,
    value: median(pairs.map((pair) => pair.ours)),
    unit: 'ms',
    reference: median(pairs.map((pair) => pair.reference)),
    ratio: median(pairs.map((pair) => pair.ours / pair.reference)),
  };
}
