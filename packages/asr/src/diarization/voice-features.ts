/**
 * One second of a voice as 21 numbers: means of 24 cepstra over the loud speech in it and three quantiles of the pitch's
 * logarithm, projected so that one speaker varies by about 1 in every direction and speakers differ most in the first.
 */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio.js';
import type { Region } from '../speech-regions.js';
import { CEPSTRA, computeCepstra, type Cepstra } from './cepstra.js';
import { computePitch, PITCH_HOP } from './pitch.js';
import { quantile } from './quantile.js';
import type { VoicePiece } from './speaker-model.js';
import { FEATURE_DEVIATION, FEATURE_MEAN, PROJECTION, SPEAKER_VARIANCE } from './voice-statistics.js';

/** Numbers per window. */
export const VOICE_VALUES = SPEAKER_VARIANCE.length;
/** Seconds from one window to the next, at most. */
export const WINDOW_HOP = 0.5;

const WINDOW = SAMPLE_RATE;
const HOP = WINDOW_HOP * SAMPLE_RATE;
const CEPSTRUM_HOP = 160;
/** Frames with less speech in them than this say little about a voice. */
const SPEECH = 0.3;
/** Frames this much (in mean log power, about 6 dB) below the loud ones of their window are left out. */
const QUIET = 1.42;
const LEAST_FRAMES = 12;
const LEAST_VOICED = 3;
/** Hz, where nothing is voiced. */
const UNKNOWN_PITCH = 150;

/** Windows of a region, evenly laid: one when it is no longer than a second. */
export function voiceWindows({ start, end }: Region): Region[] {
  const length = end - start;
  if (length <= WINDOW) return [{ start, end }];
  const steps = Math.ceil((length - WINDOW) / HOP);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const from = start + Math.round((i * (length - WINDOW)) / steps);
    return { start: from, end: from + WINDOW };
  });
}

/** The numbers of each window of a piece, shape [windows, 21]. */
export function computeVoice(pcm: Float32Array, piece: VoicePiece): Float32Array {
  const windows = voiceWindows(piece);
  const values = new Float32Array(windows.length * VOICE_VALUES);
  const cepstra = computeCepstra(pcm);
  const pitch = computePitch(pcm);
  const spoken = (frame: number): boolean => {
    const at = Math.floor((frame * CEPSTRUM_HOP + 200) / FRAME_SAMPLES);
    return piece.probabilities[Math.min(at, piece.probabilities.length - 1)] > SPEECH;
  };
  windows.forEach(({ start, end }, index) => {
    const from = (start - piece.start) / SAMPLE_RATE;
    const to = (end - piece.start) / SAMPLE_RATE;
    const features = [...meanCepstra(cepstra, from, to, spoken), ...pitchQuantiles(pitch, from, to)];
    project(features, values.subarray(index * VOICE_VALUES, (index + 1) * VOICE_VALUES));
  });
  return values;
}

/** Means of the cepstra of loud speech between two times in seconds. */
function meanCepstra(
  { frames, values, loudness }: Cepstra,
  from: number,
  to: number,
  spoken: (frame: number) => boolean,
): Float64Array {
  const first = Math.min(Math.floor(from * 100), Math.max(0, frames - 1));
  const last = Math.max(first + 1, Math.min(frames, Math.floor(to * 100)));
  const all = Array.from({ length: Math.min(last, frames) - first }, (_, i) => first + i);
  const limit = quantile(loudness.subarray(first, last), 0.95) - QUIET;
  const loud = all.filter((frame) => loudness[frame] > limit && spoken(frame));
  const chosen = loud.length < LEAST_FRAMES ? all : loud;
  const mean = new Float64Array(CEPSTRA);
  for (const frame of chosen)
    for (let c = 0; c < CEPSTRA; c++) mean[c] += values[frame * CEPSTRA + c] / chosen.length;
  return mean;
}

function pitchQuantiles(pitch: Float64Array, from: number, to: number): number[] {
  const inside = pitch.subarray(
    Math.floor((from * SAMPLE_RATE) / PITCH_HOP),
    Math.floor((to * SAMPLE_RATE) / PITCH_HOP),
  );
  const voiced = inside.filter((hertz) => hertz > 0).map(Math.log);
  return [0.5, 0.2, 0.8].map((part) =>
    voiced.length < LEAST_VOICED ? Math.log(UNKNOWN_PITCH) : quantile(voiced, part),
  );
}

function project(features: readonly number[], into: Float32Array): void {
  features.forEach((feature, row) => {
    const standard = (feature - FEATURE_MEAN[row]) / FEATURE_DEVIATION[row];
    for (let column = 0; column < into.length; column++) into[column] += standard * PROJECTION[row][column];
  });
}
