/**
 * A second look at who speaks in each window, by variational Bayes over a hidden Markov model whose states are the speakers
 * (VBx: Landini, Profant, Diez, Burget, "Bayesian HMM clustering of x-vector sequences", Computer Speech & Language 71, 2022).
 * Speakers for whom little is left disappear.
 */
import { SPEAKER_VARIANCE } from './voice-statistics.js';

/** What one window counts for. */
export const WINDOW_WEIGHT = 0.1;
/** Chance that the next window has the same speaker; half of that across a pause. */
const STAY = 0.97;
const ITERATIONS = 20;
const FIRST_GUESS = 0.98;
/** A speaker with a smaller share than this goes. */
const LEAST_SHARE = 1e-3;

/** A window: its place in the 21 directions, and whether a pause stands before it. */
export interface HeardWindow {
  readonly vector: Float64Array;
  readonly afterPause: boolean;
}

/** Labels for the windows, starting from those given (0 to `speakers` - 1); speakers may have none left. */
export function resegment(
  windows: readonly HeardWindow[],
  labels: readonly number[],
  speakers: number,
): number[] {
  const count = windows.length;
  const stay = windows.map(({ afterPause }) => (afterPause ? STAY / 2 : STAY));
  let states = speakers;
  let share = new Float64Array(states).fill(1 / states);
  let posterior = new Float64Array(count * states).fill((1 - FIRST_GUESS) / states);
  labels.forEach((label, t) => (posterior[t * states + label] += FIRST_GUESS));
  for (let i = 0; i < ITERATIONS; i++) {
    const likelihood = scoreWindows(windows, posterior, states);
    ({ posterior, share } = forwardBackward(likelihood, share, stay));
    const kept = [...share.keys()].filter((state) => share[state] > LEAST_SHARE);
    if (kept.length === states) continue;
    posterior = keepStates(posterior, states, kept);
    const total = kept.reduce((sum, state) => sum + share[state], 0);
    share = Float64Array.from(kept, (state) => share[state] / total);
    states = kept.length;
  }
  return windows.map((_, t) => largest(posterior.subarray(t * states, (t + 1) * states)));
}

/** Each window's likelihood under each speaker, relative to its most likely one: shape [windows, states]. */
function scoreWindows(
  windows: readonly HeardWindow[],
  posterior: Float64Array,
  states: number,
): Float64Array {
  const scores = new Float64Array(windows.length * states);
  for (let state = 0; state < states; state++) {
    let mass = 0;
    const sum = new Float64Array(SPEAKER_VARIANCE.length);
    windows.forEach(({ vector }, t) => {
      const weight = posterior[t * states + state];
      mass += weight;
      for (let d = 0; d < sum.length; d++) sum[d] += weight * vector[d];
    });
    // The speaker's mean in each direction, known up to a variance, both times the deviation between speakers.
    let constant = 0;
    const mean = sum.map((value, d) => {
      const variance = SPEAKER_VARIANCE[d];
      const spread = 1 / (1 + WINDOW_WEIGHT * mass * variance);
      const expected = WINDOW_WEIGHT * spread * value * Math.sqrt(variance);
      constant -= 0.5 * (spread + expected * expected) * variance;
      return expected * Math.sqrt(variance);
    });
    windows.forEach(({ vector }, t) => {
      let score = constant;
      for (let d = 0; d < mean.length; d++) score += mean[d] * vector[d];
      scores[t * states + state] = WINDOW_WEIGHT * score;
    });
  }
  for (let t = 0; t < windows.length; t++) {
    const row = scores.subarray(t * states, (t + 1) * states);
    const best = row[largest(row)];
    for (let state = 0; state < states; state++) row[state] = Math.exp(row[state] - best);
  }
  return scores;
}

/** One pass forward and one back over all windows: posteriors of the states, and their new shares of the turns. */
function forwardBackward(
  likelihood: Float64Array,
  share: Float64Array,
  stay: readonly number[],
): { posterior: Float64Array<ArrayBuffer>; share: Float64Array<ArrayBuffer> } {
  const states = share.length;
  const forward = new Float64Array(likelihood.length);
  const scale = new Float64Array(stay.length);
  for (let t = 0; t < stay.length; t++) {
    const row = t * states;
    for (let s = 0; s < states; s++) {
      const before = t === 0 ? share[s] : stay[t] * forward[row - states + s] + (1 - stay[t]) * share[s];
      forward[row + s] = before * likelihood[row + s];
      scale[t] += forward[row + s];
    }
    for (let s = 0; s < states; s++) forward[row + s] /= scale[t];
  }
  const posterior = forward;
  const turns = new Float64Array(states);
  let backward = new Float64Array(states).fill(1);
  for (let t = stay.length - 1; t >= 0; t--) {
    const row = t * states;
    const before = new Float64Array(states);
    let entered = 0;
    for (let s = 0; s < states; s++) {
      const seen = (likelihood[row + s] * backward[s]) / scale[t];
      entered += share[s] * seen;
      before[s] = stay[t] * seen;
      turns[s] += t === 0 ? 0 : (1 - stay[t]) * share[s] * seen;
      posterior[row + s] *= backward[s];
    }
    for (let s = 0; s < states; s++) before[s] += (1 - stay[t]) * entered;
    backward = before;
  }
  for (let s = 0; s < states; s++) turns[s] += posterior[s];
  const total = turns.reduce((sum, value) => sum + value, 0);
  return { posterior, share: turns.map((value) => value / total) };
}

function keepStates(
  posterior: Float64Array,
  states: number,
  kept: readonly number[],
): Float64Array<ArrayBuffer> {
  const rows = posterior.length / states;
  const smaller = new Float64Array(rows * kept.length);
  for (let t = 0; t < rows; t++) {
    let sum = 0;
    for (const state of kept) sum += posterior[t * states + state];
    kept.forEach((state, s) => {
      smaller[t * kept.length + s] = sum > 0 ? posterior[t * states + state] / sum : 1 / kept.length;
    });
  }
  return smaller;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
