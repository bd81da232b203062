/**
 * Kaldi's log filter-bank energies (`compute-fbank-feats` with snipped edges and no dither), on which published speaker
 * embedding models are trained. Subtracting the mean over the recording, which most of them want too, is the caller's.
 */
import { filterEnergy, kaldiFilters, type MelFilter } from './mel-filters.js';
import { hammingWindow, poveyWindow, PowerSpectrum } from './power-spectrum.js';

const FFT = 512;
const WINDOW = 400;
const HOP = 160;
const PRE_EMPHASIS = 0.97;
const LOWEST_HERTZ = 20;
/** Kaldi takes samples as 16-bit integers. */
const SCALE = 32_768;
/** The smallest step of float32 above 1: what Kaldi raises energies to before the logarithm. */
const FLOOR = 2 ** -23;

/** Computes Kaldi-style filter banks. */
export class KaldiFbank {
  readonly #filters: readonly MelFilter[];
  readonly #spectrum: PowerSpectrum;

  /** @param window `hamming` for WeSpeaker's and 3D-Speaker's models, `povey` is Kaldi's own default. */
  constructor(
    readonly mels = 80,
    window: 'hamming' | 'povey' = 'hamming',
  ) {
    this.#filters = kaldiFilters(mels, FFT, LOWEST_HERTZ);
    this.#spectrum = new PowerSpectrum(FFT, window === 'povey' ? poveyWindow(WINDOW) : hammingWindow(WINDOW));
  }

  /** Log energies, shape [frames, mels]: a frame of 25 ms every 10 ms, only whole ones. */
  compute(pcm: Float32Array): Float32Array {
    const { mels } = this;
    const frames = Math.max(0, Math.floor((pcm.length - WINDOW) / HOP) + 1);
    const values = new Float32Array(frames * mels);
    const power = new Float64Array(this.#spectrum.bins);
    for (let frame = 0; frame < frames; frame++) {
      const samples = pcm.subarray(frame * HOP, frame * HOP + WINDOW);
      let mean = 0;
      for (const sample of samples) mean += sample / WINDOW;
      const emphasised = (i: number) =>
        SCALE * (samples[i] - mean - PRE_EMPHASIS * (samples[Math.max(0, i - 1)] - mean));
      this.#spectrum.compute(emphasised, power);
      for (let band = 0; band < mels; band++)
        values[frame * mels + band] = Math.log(Math.max(FLOOR, filterEnergy(this.#filters[band], power)));
    }
    return values;
  }
}
