/**
 * The Fourier transform of real signals of one fixed even length, for spectra of speech: 400 samples for Whisper's log-mel,
 * 512 for Kaldi-style features and MFCC. Even and odd samples travel as one complex signal of half the length, which is
 * transformed by Stockham's self-sorting algorithm, one stage per factor of the length. The inverse is left out: nothing
 * here needs it.
 */

/** Numbers of either precision; inside all is double. */
type Numbers = Float32Array | Float64Array;

/** Real and imaginary parts. */
interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** One stage: `stride` interleaved transforms of length `length` become `radix` times as many, `radix` times as short. */
interface Stage {
  readonly radix: number;
  readonly length: number;
  readonly stride: number;
  /** exp(-2 pi i k / length) */
  readonly twiddles: Complex;
}

/** Transforms real signals of one length. It keeps work space, so one instance serves one caller at a time. */
export class RealFft {
  /** Bins of a spectrum, from 0 Hz to half the sample rate: `size / 2 + 1`. */
  readonly bins: number;
  readonly #stages: readonly Stage[];
  readonly #twiddles: Complex;
  #now: Complex;
  #next: Complex;

  /**
   * @param size Samples of a signal: even, and fastest without prime factors above 5.
   * @throws {RangeError} when `size` is not a positive even number.
   */
  constructor(readonly size: number) {
    if (!Number.isSafeInteger(size) || size < 2 || size % 2 !== 0)
      throw new RangeError('size must be a positive even number');
    this.bins = size / 2 + 1;
    this.#stages = planStages(size / 2);
    this.#twiddles = circle(size);
    this.#now = zeros(size / 2);
    this.#next = zeros(size / 2);
  }

  /** The spectrum of `signal` as `bins` real and imaginary parts; of a signal shorter than `size` the rest counts as 0. */
  transform(signal: Numbers, re: Numbers, im: Numbers): void {
    this.#run(signal);
    const half = this.bins - 1;
    const { re: zr, im: zi } = this.#now;
    const { re: cos, im: sin } = this.#twiddles;
    for (let k = 0; k <= half; k++) {
      const i = k === half ? 0 : k;
      const j = k === 0 ? 0 : half - k;
      const oddRe = (zi[i] + zi[j]) / 2;
      const oddIm = (zr[j] - zr[i]) / 2;
      re[k] = (zr[i] + zr[j]) / 2 + cos[k] * oddRe - sin[k] * oddIm;
      im[k] = (zi[i] - zi[j]) / 2 + cos[k] * oddIm + sin[k] * oddRe;
    }
    zr.fill(0); // it was audio
    zi.fill(0);
  }

  /** Even samples as real, odd ones as imaginary parts, through all stages. */
  #run(signal: Numbers): void {
    for (let i = 0; i < this.bins - 1; i++) {
      this.#now.re[i] = signal[2 * i] ?? 0;
      this.#now.im[i] = signal[2 * i + 1] ?? 0;
    }
    for (const stage of this.#stages) {
      if (stage.radix === 4) runRadix4(stage, this.#now, this.#next);
      else runRadix(stage, this.#now, this.#next);
      [this.#now, this.#next] = [this.#next, this.#now];
    }
  }
}

function planStages(size: number): Stage[] {
  const stages: Stage[] = [];
  for (let length = size, stride = 1; length > 1;) {
    const radix = length % 4 === 0 ? 4 : smallestFactor(length);
    stages.push({ radix, length, stride, twiddles: circle(length) });
    length /= radix;
    stride *= radix;
  }
  return stages;
}

function smallestFactor(n: number): number {
  for (let p = 2; p * p <= n; p++) if (n % p === 0) return p;
  return n;
}

/** exp(-2 pi i k / n) for k below n. */
function circle(n: number): Complex {
  return {
    re: Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
    im: Float64Array.from({ length: n }, (_, k) => -Math.sin((2 * Math.PI * k) / n)),
  };
}

const zeros = (n: number): Complex => ({ re: new Float64Array(n), im: new Float64Array(n) });

function runRadix4({ length, stride, twiddles }: Stage, from: Complex, to: Complex): void {
  const { re: xr, im: xi } = from;
  const { re: yr, im: yi } = to;
  const { re: wr, im: wi } = twiddles;
  const quarter = length / 4;
  const step = stride * quarter;
  for (let j = 0; j < quarter; j++) {
    const w1r = wr[j];
    const w1i = wi[j];
    const w2r = wr[2 * j];
    const w2i = wi[2 * j];
    const w3r = wr[3 * j];
    const w3i = wi[3 * j];
    for (let q = 0; q < stride; q++) {
      const a = q + stride * j;
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const evenSumRe = xr[a] + xr[c];
      const evenSumIm = xi[a] + xi[c];
      const evenGapRe = xr[a] - xr[c];
      const evenGapIm = xi[a] - xi[c];
      const oddSumRe = xr[b] + xr[d];
      const oddSumIm = xi[b] + xi[d];
      // the gap turned by -i
      const oddGapRe = xi[b] - xi[d];
      const oddGapIm = xr[d] - xr[b];
      let out = q + stride * 4 * j;
      yr[out] = evenSumRe + oddSumRe;
      yi[out] = evenSumIm + oddSumIm;
      out += stride;
      let re = evenGapRe + oddGapRe;
      let im = evenGapIm + oddGapIm;
      yr[out] = re * w1r - im * w1i;
      yi[out] = re * w1i + im * w1r;
      out += stride;
      re = evenSumRe - oddSumRe;
      im = evenSumIm - oddSumIm;
      yr[out] = re * w2r - im * w2i;
      yi[out] = re * w2i + im * w2r;
      out += stride;
      re = evenGapRe - oddGapRe;
      im = evenGapIm - oddGapIm;
      yr[out] = re * w3r - im * w3i;
      yi[out] = re * w3i + im * w3r;
    }
  }
}

/** A stage of any radix, by the definition. */
function runRadix({ radix, length, stride, twiddles }: Stage, from: Complex, to: Complex): void {
  const { re: xr, im: xi } = from;
  const { re: yr, im: yi } = to;
  const { re: wr, im: wi } = twiddles;
  const part = length / radix;
  const step = stride * part;
  for (let j = 0; j < part; j++) {
    for (let k = 0; k < radix; k++) {
      const turn = k * part;
      const outRe = wr[j * k];
      const outIm = wi[j * k];
      for (let q = 0; q < stride; q++) {
        let re = 0;
        let im = 0;
        for (let r = 0, at = q + stride * j, angle = 0; r < radix; r++, at += step) {
          re += xr[at] * wr[angle] - xi[at] * wi[angle];
          im += xr[at] * wi[angle] + xi[at] * wr[angle];
          angle += turn;
          if (angle >= length) angle -= length;
        }
        const out = q + stride * (radix * j + k);
        yr[out] = re * outRe - im * outIm;
        yi[out] = re * outIm + im * outRe;
      }
    }
  }
}
