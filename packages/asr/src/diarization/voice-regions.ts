/**
 * Where voices are compared: regions of speech, found more generously than for recognition, because a quiet word is still
 * the same voice and a short pause often is where speakers change.
 */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio.js';
import type { VoiceCutter, VoicePiece } from './speaker-model.js';

const SPEECH_ON = 0.3;
const SPEECH_OFF = 0.15;
const MIN_SILENCE = framesIn(0.22);
const MIN_SPEECH = framesIn(0.1);
const PADDING = framesIn(0.06);
/** Speech without any pause is cut, so that pieces stay small. */
const LONGEST = framesIn(20);

function framesIn(seconds: number): number {
  return Math.ceil((seconds * SAMPLE_RATE) / FRAME_SAMPLES);
}

/** Finds regions of speech for telling voices apart. */
export class VoiceRegions implements VoiceCutter {
  #frame = 0;
  /** Frame at which the open region began, -1 when there is none. */
  #start = -1;
  /** Frame at which the open region may turn out to have ended, -1 while it sounds like speech. */
  #silence = -1;
  /** Frame of the first of `#probabilities`: all that a later piece can contain. */
  #first = 0;
  #probabilities: number[] = [];

  get neededFrom(): number {
    return this.#first * FRAME_SAMPLES;
  }

  push(probabilities: Float32Array): VoicePiece[] {
    const pieces: VoicePiece[] = [];
    for (const probability of probabilities) {
      const frame = this.#frame++;
      this.#probabilities.push(probability);
      if (this.#start < 0) {
        if (probability >= SPEECH_ON) this.#start = frame;
        else this.#forgetBefore(frame + 1 - PADDING);
        continue;
      }
      if (probability >= SPEECH_ON) this.#silence = -1;
      else if (probability < SPEECH_OFF && this.#silence < 0) this.#silence = frame;
      if (this.#silence >= 0 && frame - this.#silence >= MIN_SILENCE) {
        if (this.#silence - this.#start >= MIN_SPEECH) pieces.push(this.#take(this.#silence + PADDING));
        this.#start = -1;
        this.#silence = -1;
        this.#forgetBefore(frame + 1 - PADDING);
      } else if (frame + 1 - this.#first >= LONGEST) {
        pieces.push(this.#take(frame + 1));
        this.#start = frame + 1;
        this.#silence = -1;
        this.#forgetBefore(frame + 1);
      }
    }
    return pieces;
  }

  flush(totalSamples: number): VoicePiece[] {
    const end = this.#silence < 0 ? this.#frame : Math.min(this.#frame, this.#silence + PADDING);
    const pieces = this.#start >= 0 && end - this.#start >= MIN_SPEECH ? [this.#take(end)] : [];
    this.#start = -1;
    return pieces.map((piece) => ({ ...piece, end: Math.min(piece.end, totalSamples) }));
  }

  #take(end: number): VoicePiece {
    const start = Math.max(this.#first, this.#start - PADDING);
    return {
      start: start * FRAME_SAMPLES,
      end: end * FRAME_SAMPLES,
      probabilities: Float32Array.from(this.#probabilities.slice(start - this.#first, end - this.#first)),
    };
  }

  #forgetBefore(frame: number): void {
    if (frame <= this.#first) return;
    this.#probabilities.splice(0, frame - this.#first);
    this.#first = frame;
  }
}
