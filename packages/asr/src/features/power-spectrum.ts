/**
 * Short-time power spectra: window, Fourier transform, squared magnitudes, one frame at a time, with the windows that the
 * front ends of speech models use. Where a frame lies and what stands beyond the ends of the audio is the front end's choice.
 */
import { RealFft } from './fft.js';

/** Hann's window; `periodic` leaves out its last value, which is then the first of the next period. */
export function hannWindow(size: number, periodic: boolean): Float64Array {
  const period = periodic ? size : size - 1;
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / period));
}

/** Hamming's window, symmetric. */
export function hammingWindow(size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (size - 1)),
  );
}

/** Kaldi's own window: Hann's to the power of 0.85. */
export function poveyWindow(size: number): Float64Array {
  return hannWindow(size, false).map((value) => value ** 0.85);
}

/** Computes power spectra of frames. Keeps work space, so one instance serves one caller at a time. */
export class PowerSpectrum {
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  readonly #frame: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** @param window Of at most `fftSize` samples; the rest of a frame counts as 0, which leaves the powers as they are. */
  constructor(fftSize: number, window: Float64Array) {
    this.#fft = new RealFft(fftSize);
    this.#window = window;
    this.#frame = new Float64Array(window.length);
    this.#re = new Float64Array(this.#fft.bins);
    this.#im = new Float64Array(this.#fft.bins);
  }

  /** Bins of a spectrum. */
  get bins(): number {
    return this.#fft.bins;
  }

  /** The power in each bin of the frame whose sample i is `sample(i)`, written to `power`. */
  compute(sample: (i: number) => number, power: Float64Array): void {
    for (let i = 0; i < this.#frame.length; i++) this.#frame[i] = sample(i) * this.#window[i];
    this.#fft.transform(this.#frame, this.#re, this.#im);
    this.#frame.fill(0); // it was audio
    for (let i = 0; i < power.length; i++) power[i] = this.#re[i] ** 2 + this.#im[i] ** 2;
  }
}
