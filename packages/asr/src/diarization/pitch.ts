/**
 * The pitch of a voice by autocorrelation (Boersma, 1993): each frame's autocorrelation is divided by that of its window, and
 * the highest peak between 60 and 400 Hz counts where it is strong enough. Tracking over frames is left out: the median of a
 * second is all that is asked for.
 */
import { RealFft } from '../features/fft.js';
import { hannWindow } from '../features/power-spectrum.js';

const SAMPLE_RATE = 16_000;
const WINDOW = 640;
/** Holds window and longest lag, so that the circular correlation is the plain one. */
const FFT = 1024;
const SHORTEST_LAG = 40;
const LONGEST_LAG = 266;
/** Strength above which a frame is voiced. */
const VOICED = 0.5;
/** What a lag of one sample more costs: of two equal peaks the higher pitch is meant. */
const LAG_PENALTY = 0.0004;

/** Every 40 ms. */
export const PITCH_HOP = 640;

/** Pitch in Hz, 0 where nothing is voiced; value i is that of the 40 ms around sample 640 i + 200. */
export function computePitch(pcm: Float32Array): Float64Array {
  const correlation = new Autocorrelation();
  const frames = Math.max(0, Math.ceil((pcm.length - 400 + 1) / PITCH_HOP));
  const windowed = correlation.of(correlation.window).slice();
  return Float64Array.from({ length: frames }, (_, frame) => {
    const values = correlation.of(correlation.frame(pcm, frame * PITCH_HOP - 120));
    let best = 0;
    let strongest = -Infinity;
    for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
      const strength = (values[lag] * windowed[0]) / (values[0] + 1e-6) / windowed[lag] - LAG_PENALTY * lag;
      if (strength > strongest) {
        strongest = strength;
        best = lag;
      }
    }
    return strongest > VOICED ? SAMPLE_RATE / best : 0;
  });
}

class Autocorrelation {
  readonly window = hannWindow(WINDOW, false);
  readonly #fft = new RealFft(FFT);
  readonly #samples = new Float64Array(WINDOW);
  readonly #power = new Float64Array(FFT);
  readonly #re = new Float64Array(FFT / 2 + 1);
  readonly #im = new Float64Array(FFT / 2 + 1);

  /** 640 samples from `start` on, without their mean, windowed; beyond the ends is silence. */
  frame(pcm: Float32Array, start: number): Float64Array {
    const samples = this.#samples;
    const first = Math.max(0, -start);
    const inside = pcm.subarray(start + first, start + WINDOW);
    samples.fill(0);
    samples.set(inside, first);
    let sum = 0;
    for (let i = 0; i < WINDOW; i++) sum += samples[i];
    for (let i = 0; i < WINDOW; i++) samples[i] = (samples[i] - sum / WINDOW) * this.window[i];
    return samples;
  }

  /** Autocorrelation by lag, in a buffer that the next call overwrites: the transform of the power spectrum. */
  of(samples: Float64Array): Float64Array {
    this.#fft.transform(samples, this.#re, this.#im);
    const half = FFT / 2;
    for (let i = 0; i <= half; i++) {
      const power = this.#re[i] ** 2 + this.#im[i] ** 2;
      this.#power[i] = power / FFT;
      this.#power[(FFT - i) % FFT] = power / FFT;
    }
    this.#fft.transform(this.#power, this.#re, this.#im);
    return this.#re;
  }
}
