/**
 * Whisper's front end (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, and its reference
 * implementation): 30 s as 3,000 frames of 80 or 128 mel bands, base-10 logarithm, at most 8 below the loudest, about -1 to 1.
 */
import { SAMPLE_RATE } from '../audio.js';
import { filterEnergy, slaneyFilters, type MelFilter } from './mel-filters.js';
import { hannWindow, PowerSpectrum } from './power-spectrum.js';

/** Frames of every spectrogram, whatever the length of the audio. */
export const WHISPER_FRAMES = 3000;

const FFT = 400;
const HOP = 160;
const SAMPLES = 30 * SAMPLE_RATE;
const FLOOR = 1e-10;
const DYNAMIC_RANGE = 8;

/** Computes Whisper's log-mel spectrograms. */
export class WhisperLogMel {
  readonly #filters: readonly MelFilter[];
  readonly #spectrum = new PowerSpectrum(FFT, hannWindow(FFT, true));

  /** @param mels Bands: 80, or 128 for large-v3 and its kin. */
  constructor(mels: number) {
    this.#filters = slaneyFilters(mels, FFT);
  }

  /** The spectrogram, shape [mels, 3000], of at most 30 s of audio; silence follows audio that is shorter. */
  compute(pcm: Float32Array): Float32Array {
    const power = new Float64Array(this.#spectrum.bins);
    const mel = new Float32Array(this.#filters.length * WHISPER_FRAMES).fill(Math.log10(FLOOR));
    // Later frames hear nothing but silence.
    const heard = Math.min(WHISPER_FRAMES, Math.ceil((pcm.length + FFT / 2) / HOP));
    let loudest = Math.log10(FLOOR);
    for (let frame = 0; frame < heard; frame++) {
      const start = frame * HOP - FFT / 2;
      this.#spectrum.compute((i) => pcm[reflect(start + i)] ?? 0, power);
      for (let band = 0; band < this.#filters.length; band++) {
        const value = Math.log10(Math.max(FLOOR, filterEnergy(this.#filters[band], power)));
        if (value > loudest) loudest = value;
        mel[band * WHISPER_FRAMES + frame] = value;
      }
    }
    const least = loudest - DYNAMIC_RANGE;
    for (let i = 0; i < mel.length; i++) mel[i] = (Math.max(mel[i], least) + 4) / 4;
    return mel;
  }
}

/** Beyond its ends the 30 s are mirrored. */
function reflect(i: number): number {
  if (i < 0) return -i;
  return i < SAMPLES ? i : 2 * (SAMPLES - 1) - i;
}
