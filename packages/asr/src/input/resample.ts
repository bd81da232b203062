/**
 * Any sample rate to 16 kHz: a polyphase filter with a Kaiser-windowed sinc (J. O. Smith, "Digital Audio Resampling").
 * With 32 zero crossings on each side, beta 9 and the edge at 0.92 of the lower Nyquist frequency, everything that could
 * fold back is more than 75 dB down and speech up to 6.6 kHz passes unchanged. Phases are computed when first used.
 */

const ZERO_CROSSINGS = 32;
const BETA = 9;
const ROLL_OFF = 0.92;

/** Resamples one recording as it arrives. */
export class Resampler {
  readonly #step: number;
  readonly #phases: number;
  readonly #cutoff: number;
  readonly #half: number;
  readonly #taps: (Float32Array | undefined)[];
  /** Input samples from position `#start` on. */
  #samples: Float32Array;
  #start: number;
  /** The next output's position in units of 1/phases input samples. */
  #position = 0;
  #seen = 0;

  /** @throws {RangeError} when a rate is not a positive integer. */
  constructor(from: number, to: number) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to < 1)
      throw new RangeError('from and to must be positive integers');
    const divisor = greatestCommonDivisor(from, to);
    this.#phases = to / divisor;
    this.#step = from / divisor;
    this.#cutoff = ROLL_OFF * Math.min(1, to / from);
    this.#half = Math.ceil(ZERO_CROSSINGS / this.#cutoff);
    this.#taps = new Array<Float32Array | undefined>(this.#phases);
    this.#start = -this.#half;
    this.#samples = new Float32Array(this.#half); // silence before the beginning
  }

  /** The outputs that the next inputs make possible. */
  push(samples: Float32Array): Float32Array {
    this.#seen += samples.length;
    return this.#extend(samples);
  }

  /** The outputs left at the end: in all, input length times ratio, rounded up. */
  flush(): Float32Array {
    const total = Math.ceil((this.#seen * this.#phases) / this.#step) * this.#step;
    return this.#extend(new Float32Array(this.#half + 1), total);
  }

  #extend(samples: Float32Array, limit = Infinity): Float32Array {
    const all = new Float32Array(this.#samples.length + samples.length);
    all.set(this.#samples);
    all.set(samples, this.#samples.length);
    this.#samples.fill(0);

    const last = this.#start + all.length - this.#half - 1;
    const reachable = Math.min((last + 1) * this.#phases, limit);
    const count = Math.max(0, Math.ceil((reachable - this.#position) / this.#step));
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const centre = Math.floor(this.#position / this.#phases);
      const taps = this.#tapsOf(this.#position - centre * this.#phases);
      const from = centre - this.#half - this.#start;
      let sum = 0;
      for (let k = 0; k < taps.length; k++) sum += taps[k] * all[from + k];
      out[i] = sum;
      this.#position += this.#step;
    }
    const needed = Math.floor(this.#position / this.#phases) - this.#half;
    const drop = Math.min(all.length, Math.max(0, needed - this.#start));
    this.#samples = all.slice(drop);
    this.#start += drop;
    all.fill(0);
    return out;
  }

  #tapsOf(phase: number): Float32Array {
    return (this.#taps[phase] ??= this.#makeTaps(phase / this.#phases));
  }

  /** Weights of the inputs from `half` before to `half` after, for an output `fraction` of a sample behind the centre. */
  #makeTaps(fraction: number): Float32Array {
    const taps = new Float32Array(2 * this.#half + 1);
    let sum = 0;
    for (let k = 0; k < taps.length; k++) {
      const x = (k - this.#half - fraction) * this.#cutoff;
      const tap = Math.abs(x) >= ZERO_CROSSINGS ? 0 : sinc(x) * kaiser(x / ZERO_CROSSINGS);
      taps[k] = tap;
      sum += tap;
    }
    return taps.map((tap) => tap / sum);
  }
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const kaiser = (x: number): number => bessel(BETA * Math.sqrt(Math.max(0, 1 - x * x))) / bessel(BETA);

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
