/**
 * The Fourier transform of real signals of one fixed even length, for spectra of speech: 400 samples for Whisper's log-mel,
 * 512 for Kaldi-style features and MFCC. Two halves of the signal travel as one complex one, which is transformed by
 * Stockham's self-sorting algorithm (radix 4, 2, and any other factor as it is). An inverse is left out: nothing here needs it.
 */

/** Samples in, or numbers out, of either precision; inside all is double. */
type Numbers = Float32Array | Float64Array;

/** Transforms real signals of one length. Keeps work space: one instance serves one caller at a time. */
export class RealFft {
  readonly #stages: readonly Stage[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #nextRe: Float64Array;
  #nextIm: Float64Array;

  /**
   * @param size Samples of a signal: even; best without prime factors above 5.
   * @throws {RangeError} when `size` is not a positive even number.
   */
  constructor(readonly size: number) {
    if (!Number.isSafeInteger(size) || size < 2 || size % 2 !== 0)
      throw new RangeError('size must be a positive even number');
    const half = size / 2;
    this.#stages = planStages(half);
    this.#cos = Float64Array.from({ length: half + 1 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: half + 1 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#nextRe = new Float64Array(half);
    this.#nextIm = new Float64Array(half);
  }

  /** Bins of a spectrum: 0 Hz to half the sample rate, `size / 2 + 1` of them. */
  get bins(): number {
    return this.size / 2 + 1;
  }

  /** The spectrum of `signal` (`size` values; those missing at its end count as 0) as `bins` real and imaginary parts. */
  transform(signal: Numbers, re: Numbers, im: Numbers): void {
    this.#run(signal);
    for (let k = 0; k < this.bins; k++) this.#bin(k, (x, y) => ((re[k] = x), (im[k] = y)));
  }

  /** The power spectrum of `signal`: squared magnitudes of `bins` bins. */
  power(signal: Numbers, power: Numbers): void {
    this.#run(signal);
    for (let k = 0; k < this.bins; k++) this.#bin(k, (x, y) => (power[k] = x * x + y * y));
  }

  /** Even samples as real, odd ones as imaginary parts, transformed. */
  #run(signal: Numbers): void {
    const half = this.size / 2;
    for (let i = 0; i < half; i++) {
      this.#re[i] = signal[2 * i] ?? 0;
      this.#im[i] = signal[2 * i + 1] ?? 0;
    }
    for (const stage of this.#stages) {
      stage(this.#re, this.#im, this.#nextRe, this.#nextIm);
      [this.#re, this.#nextRe] = [this.#nextRe, this.#re];
      [this.#im, this.#nextIm] = [this.#nextIm, this.#im];
    }
  }
}
