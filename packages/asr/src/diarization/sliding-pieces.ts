/**
 * Windows of ten seconds, one every two: what segmentation models are trained on. Every moment is heard five times, each time
 * in other company; the models' authors take a step of one second, at twice the cost.
 */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio.js';
import type { VoiceCutter, VoicePiece } from './speaker-model.js';

/** Samples of a window. */
export const PIECE_SAMPLES = 10 * SAMPLE_RATE;
const HOP = 2 * SAMPLE_RATE;

/** Cuts a recording into overlapping windows; the last may be shorter. */
export class SlidingPieces implements VoiceCutter {
  #heard = 0;
  #next = 0;
  /** End of the last window. */
  #covered = 0;

  get neededFrom(): number {
    return this.#next;
  }

  push(probabilities: Float32Array): VoicePiece[] {
    this.#heard += probabilities.length * FRAME_SAMPLES;
    // The last frame may be less than whole: what reaches into it waits for the end.
    return this.#takeUntil(this.#heard - FRAME_SAMPLES);
  }

  flush(totalSamples: number): VoicePiece[] {
    const pieces = this.#takeUntil(totalSamples);
    if (totalSamples > this.#covered) pieces.push(this.#take(totalSamples));
    return pieces;
  }

  #takeUntil(end: number): VoicePiece[] {
    const pieces: VoicePiece[] = [];
    while (this.#next + PIECE_SAMPLES <= end) pieces.push(this.#take(this.#next + PIECE_SAMPLES));
    return pieces;
  }

  #take(end: number): VoicePiece {
    const piece = { start: this.#next, end, probabilities: new Float32Array(0) };
    this.#next += HOP;
    this.#covered = end;
    return piece;
  }
}
