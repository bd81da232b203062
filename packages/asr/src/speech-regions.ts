/**
 * From probabilities to regions of speech, frame by frame: hysteresis, shortest silence, shortest speech, and a forced cut
 * where somebody speaks on without any pause. Regions are exact and unpadded; padding and grouping are segmenter.ts.
 */
import { FRAME_SAMPLES, SAMPLE_RATE } from './audio.js';

/** A stretch of audio in samples: `end` is the first sample after it. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

// The thresholds and lengths scored best of 18 settings on real recordings.
const SPEECH_ON = 0.5;
const SPEECH_OFF = 0.35;
const MIN_SILENCE = framesIn(0.1);
const MIN_SPEECH = framesIn(0.25);
// Speech without a pause: when a region has run for LONGEST, it is cut where it sounds least like speech, no sooner than
// CUT_FROM and no later than CUT_TO after its start. LONGEST leaves room for the padding inside a segment of 15 s.
const LONGEST = Math.floor((14.6 * SAMPLE_RATE) / FRAME_SAMPLES);
const CUT_FROM = framesIn(6);
const CUT_TO = framesIn(14);

function framesIn(seconds: number): number {
  return Math.round((seconds * SAMPLE_RATE) / FRAME_SAMPLES);
}

/** Finds regions of speech in a stream of per-frame probabilities. */
export class RegionDetector {
  #frame = 0;
  /** Frame at which the open region began, -1 when there is none. */
  #start = -1;
  /** Frame at which the open region may turn out to have ended, -1 while it sounds like speech. */
  #silence = -1;
  /** Whether the open region goes on from a forced cut: then it counts however short it is. */
  #continued = false;
  /** Probabilities since `#start`. */
  #probabilities: number[] = [];

  /** Samples seen so far. */
  get position(): number {
    return this.#frame * FRAME_SAMPLES;
  }

  /**
   * The region that is still going on: its start, the least end it can have, and whether it is certain to be reported
   * (until then it may prove too short to be speech).
   */
  get open(): (Region & { certain: boolean }) | undefined {
    if (this.#start < 0) return undefined;
    const heard = this.#silence < 0 ? this.#frame : this.#silence;
    // However long it goes on, a forced cut may yet end it as early as this.
    const end = Math.min(heard, this.#start + CUT_FROM);
    return {
      start: this.#start * FRAME_SAMPLES,
      end: end * FRAME_SAMPLES,
      certain: this.#isSpeech(heard),
    };
  }

  /** Takes one frame's probability; gives back the region that it ends, if it ends one. */
  push(probability: number): Region | undefined {
    const frame = this.#frame++;
    if (this.#start < 0) {
      if (probability >= SPEECH_ON) {
        this.#start = frame;
        this.#probabilities = [probability];
      }
      return undefined;
    }
    this.#probabilities.push(probability);
    if (probability >= SPEECH_ON) {
      this.#silence = -1;
    } else if (probability < SPEECH_OFF) {
      if (this.#silence < 0) this.#silence = frame;
      if (frame - this.#silence + 1 >= MIN_SILENCE) return this.#close(this.#silence);
    }
    return this.#frame - this.#start >= LONGEST ? this.#cut() : undefined;
  }

  /** Ends the stream. A region that the end of the recording cuts off counts however short it is. */
  flush(totalSamples: number): Region | undefined {
    if (this.#start < 0) return undefined;
    const start = this.#start * FRAME_SAMPLES;
    const end = Math.min(totalSamples, this.position);
    this.#start = -1;
    return end > start ? { start, end } : undefined;
  }

  #isSpeech(end: number): boolean {
    return end - this.#start >= (this.#continued ? 1 : MIN_SPEECH);
  }

  #close(end: number): Region | undefined {
    const region = this.#isSpeech(end)
      ? { start: this.#start * FRAME_SAMPLES, end: end * FRAME_SAMPLES }
      : undefined;
    this.#start = -1;
    this.#silence = -1;
    this.#continued = false;
    return region;
  }

  #cut(): Region {
    const p = this.#probabilities;
    let cut = CUT_FROM;
    let lowest = Infinity;
    for (let i = CUT_FROM; i <= CUT_TO; i++) {
      const around = p[i - 1] + p[i] + p[i + 1];
      if (around < lowest) {
        lowest = around;
        cut = i;
      }
    }
    const region = {
      start: this.#start * FRAME_SAMPLES,
      end: (this.#start + cut) * FRAME_SAMPLES,
    };
    this.#start += cut;
    this.#probabilities = p.slice(cut);
    this.#continued = true;
    if (this.#silence >= 0) this.#silence = Math.max(this.#silence, this.#start);
    return region;
  }
}
