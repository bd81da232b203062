/**
 * Mel filters: from the bins of a power spectrum to bands as wide as the ear's. Two kinds are in use: Slaney's (Auditory
 * Toolbox, 1998; linear below 1 kHz, each triangle of the same area), on which Whisper and NeMo's models are trained, and
 * HTK's as Kaldi draws it (triangles in mel, all of height 1), on which speaker embeddings are.
 */
import { SAMPLE_RATE } from '../audio.js';

/** One triangle: the weights of the bins from `first` on; all others are 0. */
export interface MelFilter {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Slaney's filters from 0 Hz to 8 kHz for spectra of `fftSize` samples. */
export function slaneyFilters(count: number, fftSize: number): MelFilter[] {
  const highest = hertzToSlaney(SAMPLE_RATE / 2);
  const edges = Array.from({ length: count + 2 }, (_, i) => slaneyToHertz((highest * i) / (count + 1)));
  return Array.from({ length: count }, (_, i) => {
    const [low, middle, high] = edges.slice(i, i + 3);
    return toFilter(fftSize, (hertz) => {
      const height = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      return (height * 2) / (high - low);
    });
  });
}

/** Kaldi's filters from `low` to `high` Hz for spectra of `fftSize` samples. */
export function kaldiFilters(
  count: number,
  fftSize: number,
  low: number,
  high = SAMPLE_RATE / 2,
): MelFilter[] {
  const from = hertzToHtk(low);
  const width = (hertzToHtk(high) - from) / (count + 1);
  return Array.from({ length: count }, (_, i) => {
    const start = from + i * width;
    return toFilter(fftSize, (hertz) => {
      const mel = hertzToHtk(hertz);
      return Math.min((mel - start) / width, (start + 2 * width - mel) / width);
    });
  });
}

/** What a filter lets through of a power spectrum. */
export function filterEnergy({ first, weights }: MelFilter, power: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * power[first + i];
  return sum;
}

/** The bins at which a triangle is above 0; none for a triangle that falls between two bins. */
function toFilter(fftSize: number, height: (hertz: number) => number): MelFilter {
  const heights = Array.from({ length: fftSize / 2 + 1 }, (_, bin) => height((bin * SAMPLE_RATE) / fftSize));
  const first = heights.findIndex((value) => value > 0);
  if (first < 0) return { first: 0, weights: new Float64Array(0) };
  const beyond = heights.findIndex((value, bin) => bin > first && value <= 0);
  return { first, weights: Float64Array.from(heights.slice(first, beyond < 0 ? undefined : beyond)) };
}

// Slaney's scale: 3 mel per 200 Hz up to 1 kHz, from there 27 mel for a factor of 6.4.
const KNEE_HERTZ = 1000;
const KNEE_MEL = 15;
const LOG_STEP = Math.log(6.4) / 27;

function hertzToSlaney(hertz: number): number {
  return hertz < KNEE_HERTZ ? (hertz * 3) / 200 : KNEE_MEL + Math.log(hertz / KNEE_HERTZ) / LOG_STEP;
}

function slaneyToHertz(mel: number): number {
  return mel < KNEE_MEL ? (mel * 200) / 3 : KNEE_HERTZ * Math.exp(LOG_STEP * (mel - KNEE_MEL));
}

function hertzToHtk(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700);
}
