/**
 * The front end of NeMo's models (Parakeet, Canary), as its AudioToMelSpectrogramPreprocessor computes it at inference:
 * pre-emphasis, 25 ms Hann windows every 10 ms, mel bands, natural logarithm, each band normalised over the segment. No dither.
 */
import { filterEnergy, slaneyFilters, type MelFilter } from './mel-filters.js';
import { hannWindow, PowerSpectrum } from './power-spectrum.js';

const FFT = 512;
const WINDOW = 400;
const HOP = 160;
const PRE_EMPHASIS = 0.97;
const LOG_GUARD = 2 ** -24;
const DEVIATION_GUARD = 1e-5;

/** A spectrogram of shape [mels, frames], a frame for every 10 ms. */
export interface Spectrogram {
  readonly values: Float32Array;
  readonly mels: number;
  readonly frames: number;
}

/** Computes NeMo's normalised log-mel spectrograms. */
export class NemoLogMel {
  readonly #filters: readonly MelFilter[];
  readonly #spectrum = new PowerSpectrum(FFT, hannWindow(WINDOW, false));

  /** @param mels Bands: 80, or 128 for the newer models. */
  constructor(readonly mels: number) {
    this.#filters = slaneyFilters(mels, FFT);
  }

  /** The spectrogram of `floor(samples / 160)` frames. */
  compute(pcm: Float32Array): Spectrogram {
    const { mels } = this;
    const frames = Math.floor(pcm.length / HOP);
    const values = new Float32Array(mels * frames);
    const power = new Float64Array(this.#spectrum.bins);
    const emphasised = (i: number): number => {
      if (i < 0 || i >= pcm.length) return 0;
      return i === 0 ? pcm[0] : pcm[i] - PRE_EMPHASIS * pcm[i - 1];
    };
    for (let frame = 0; frame < frames; frame++) {
      // Frames are centred on their time.
      const start = frame * HOP - WINDOW / 2;
      this.#spectrum.compute((i) => emphasised(start + i), power);
      for (let band = 0; band < mels; band++)
        values[band * frames + frame] = Math.log(filterEnergy(this.#filters[band], power) + LOG_GUARD);
    }
    for (let band = 0; band < mels; band++) normalise(values.subarray(band * frames, (band + 1) * frames));
    return { values, mels, frames };
  }
}

/** To mean 0 and (unbiased) standard deviation 1. */
function normalise(band: Float32Array): void {
  let sum = 0;
  for (const value of band) sum += value;
  const mean = sum / band.length;
  let squares = 0;
  for (const value of band) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, band.length - 1)) + DEVIATION_GUARD;
  for (let i = 0; i < band.length; i++) band[i] = (band[i] - mean) / deviation;
}
