/**
 * Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980): the shape of a voice's spectrum in 24 numbers per 10 ms,
 * and its loudness. Pre-emphasis 0.97, Hamming windows of 25 ms, 40 bands from 60 to 7,600 Hz.
 */
import { filterEnergy, kaldiFilters } from '../features/mel-filters.js';
import { hammingWindow, PowerSpectrum } from '../features/power-spectrum.js';

const WINDOW = 400;
const HOP = 160;
const FFT = 512;
const BANDS = 40;
const LOWEST_HERTZ = 60;
const HIGHEST_HERTZ = 7600;
const PRE_EMPHASIS = 0.97;
/** Energy of a band below which there is only the noise of quantisation. */
const FLOOR = 1e-7;

/** Coefficients 1 to 24; number 0 is kept apart, as loudness. */
export const CEPSTRA = 24;

/** Cepstra of consecutive frames. */
export interface Cepstra {
  readonly frames: number;
  /** Shape [frames, 24]. */
  readonly values: Float64Array;
  /** Mean logarithm of a frame's band energies. */
  readonly loudness: Float64Array;
}

const filters = kaldiFilters(BANDS, FFT, LOWEST_HERTZ, HIGHEST_HERTZ);
/** The discrete cosine transform of type II, orthonormal: rows are coefficients 1 to 24. */
const cosines = Float64Array.from({ length: CEPSTRA * BANDS }, (_, i) => {
  const coefficient = Math.floor(i / BANDS) + 1;
  return Math.sqrt(2 / BANDS) * Math.cos((Math.PI * coefficient * (2 * (i % BANDS) + 1)) / (2 * BANDS));
});

/** Computes cepstra: frame i begins at sample 160 i; audio shorter than a window has none. */
export function computeCepstra(pcm: Float32Array): Cepstra {
  const spectrum = new PowerSpectrum(FFT, hammingWindow(WINDOW));
  const frames = pcm.length < WINDOW ? 0 : 1 + Math.floor((pcm.length - WINDOW) / HOP);
  const values = new Float64Array(frames * CEPSTRA);
  const loudness = new Float64Array(frames);
  const power = new Float64Array(spectrum.bins);
  const bands = new Float64Array(BANDS);
  let start = 0;
  const emphasised = (i: number) => pcm[start + i] - (start + i > 0 ? PRE_EMPHASIS * pcm[start + i - 1] : 0);
  for (let frame = 0; frame < frames; frame++, start += HOP) {
    spectrum.compute(emphasised, power);
    let sum = 0;
    for (let band = 0; band < BANDS; band++)
      sum += bands[band] = Math.log(filterEnergy(filters[band], power) + FLOOR);
    loudness[frame] = sum / BANDS;
    for (let c = 0; c < CEPSTRA; c++) {
      let value = 0;
      for (let band = 0; band < BANDS; band++) value += cosines[c * BANDS + band] * bands[band];
      values[frame * CEPSTRA + c] = value;
    }
  }
  return { frames, values, loudness };
}
