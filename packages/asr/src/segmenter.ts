/**
 * From regions of speech to segments for the recogniser, as soon as they are certain and the same whatever the size of the
 * windows pushed. Recognisers like context: single regions score 10 % word errors where segments of up to 15 s score 6 %.
 * So regions are padded and joined from left to right; when the next one would pass 15 s, the cut is made at the longest
 * pause that lies at least 6 s into the segment.
 */
import { SAMPLE_RATE } from './audio.js';
import { RegionDetector, type Region } from './speech-regions.js';

const MAX_SEGMENT = 15 * SAMPLE_RATE;
const MIN_CUT = 6 * SAMPLE_RATE;
/** On each side of a region; neighbours closer than twice this share the pause between them. */
const PADDING = 0.2 * SAMPLE_RATE;

/** A segment to recognise, in samples of the recording. */
export interface SegmentSpan extends Region {
  /** The speech inside it, unpadded: the pauses between are where it can be cut. */
  readonly regions: readonly Region[];
}

interface PaddedRegion extends Region {
  readonly speech: Region;
}

/** The earliest that the next region can begin and end; `certain` when it will come and its start is known. */
interface NextRegion extends Region {
  readonly certain: boolean;
}

/** Cuts one recording into segments. Feed it every frame's probability of speech in order, then flush it. */
export class Segmenter {
  readonly #detector = new RegionDetector();
  /** Padded regions waiting to become a segment. */
  #window: PaddedRegion[] = [];
  /** A region whose padding depends on when the next one begins. */
  #last: Region | undefined;
  /** Where the region before `#last` ended. */
  #previousEnd = -Infinity;

  /** Takes the next frames' probabilities; gives back the segments that became certain. */
  push(probabilities: Float32Array): SegmentSpan[] {
    const spans: SegmentSpan[] = [];
    for (const probability of probabilities) {
      const closed = this.#detector.push(probability);
      if (closed) this.#follow(closed, spans);
      this.#padLast(spans);
      this.#cutEarly(spans);
    }
    return spans;
  }

  /**
   * Ends the recording of `totalSamples` samples; gives back the segments left.
   *
   * @throws {RangeError} when `totalSamples` is not a whole number of samples.
   */
  flush(totalSamples: number): SegmentSpan[] {
    if (!Number.isSafeInteger(totalSamples) || totalSamples < 0)
      throw new RangeError('totalSamples must be a whole number of samples');
    const spans: SegmentSpan[] = [];
    const open = this.#detector.flush(totalSamples);
    if (open) this.#follow(open, spans);
    if (this.#last) this.#join(this.#pad(this.#last, totalSamples), spans);
    this.#last = undefined;
    if (this.#window.length > 0) spans.push(this.#take(this.#window.length));
    return spans;
  }

  /** The earliest sample that a later segment can contain: audio before it may be forgotten. */
  get neededFrom(): number {
    return this.#window[0]?.start ?? Math.max(0, this.#next().start);
  }

  /** A region has come to its end, so the one before it is followed by it. */
  #follow(region: Region, spans: SegmentSpan[]): void {
    if (this.#last) this.#settle(this.#last, this.#halfway(this.#last.end, region.start), spans);
    this.#last = region;
  }

  /** Settles the last region as soon as what follows can no longer change its padding. */
  #padLast(spans: SegmentSpan[]): void {
    if (!this.#last) return;
    const { open, position } = this.#detector;
    const nextStart = open?.start ?? position;
    if (!open?.certain && nextStart - this.#last.end < 2 * PADDING) return;
    this.#settle(this.#last, this.#halfway(this.#last.end, nextStart), spans);
    this.#last = undefined;
  }

  #settle(region: Region, limit: number, spans: SegmentSpan[]): void {
    this.#join(this.#pad(region, limit), spans);
    this.#previousEnd = region.end;
  }

  #pad(speech: Region, limit: number): PaddedRegion {
    return { start: this.#paddedStart(speech.start), end: Math.min(speech.end + PADDING, limit), speech };
  }

  #paddedStart(start: number): number {
    return Math.max(0, start - PADDING, this.#halfway(this.#previousEnd, start));
  }

  #halfway(end: number, start: number): number {
    return Math.floor((end + start) / 2);
  }

  #join(region: PaddedRegion, spans: SegmentSpan[]): void {
    while (this.#window.length > 0 && region.end - this.#window[0].start > MAX_SEGMENT)
      spans.push(this.#take(this.#longestPause(region.start)));
    this.#window.push(region);
  }

  /** Gives out what the next region can no longer join, before that region has ended (or even begun). */
  #cutEarly(spans: SegmentSpan[]): void {
    while (this.#window.length > 0) {
      const next = this.#next();
      if (next.end - this.#window[0].start <= MAX_SEGMENT) return;
      const count = this.#longestPause(next.start);
      // A pause inside the window that beats the one that follows it so far may yet be beaten.
      if (count < this.#window.length && !next.certain) return;
      spans.push(this.#take(count));
    }
  }

  #next(): NextRegion {
    const { open, position } = this.#detector;
    const region = this.#last ? { ...this.#last, certain: true } : open;
    const { start, end, certain } = region ?? { start: position, end: position, certain: false };
    return { start: this.#paddedStart(start), end, certain };
  }

  /** How many regions of the window come before its longest pause; a pause of equal length further on wins. */
  #longestPause(nextStart: number): number {
    const window = this.#window;
    let count = window.length;
    let longest = nextStart - window[count - 1].end;
    for (let i = window.length - 1; i > 0; i--) {
      if (window[i - 1].end - window[0].start < MIN_CUT) break;
      const pause = window[i].start - window[i - 1].end;
      if (pause > longest) {
        longest = pause;
        count = i;
      }
    }
    return count;
  }

  #take(count: number): SegmentSpan {
    const taken = this.#window.slice(0, count);
    this.#window = this.#window.slice(count);
    return {
      start: taken[0].start,
      end: taken[taken.length - 1].end,
      regions: taken.map((region) => region.speech),
    };
  }
}
