/**
 * Where live speech is committed: at a pause, after eight seconds at the longest pause so far, and after ten seconds wherever
 * it sounds least like speech. Recordings are cut later and better, by segmenter.ts: there nobody waits.
 */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio.js';
import type { SegmentSpan } from '../segmenter.js';
import { RegionDetector, type Region } from '../speech-regions.js';

/** On each side of speech. */
const PADDING = 0.2 * SAMPLE_RATE;
/** A pause that ends what is being said; after a few words it must be a longer one, for recognisers need context. */
const PAUSE = 0.6 * SAMPLE_RATE;
const PAUSE_AFTER_LITTLE = 1.2 * SAMPLE_RATE;
const LITTLE = 4 * SAMPLE_RATE;
/** From here on any pause will do. */
const LONG = 8 * SAMPLE_RATE;
/** Here it is cut, pause or not. */
const LONGEST = 10 * SAMPLE_RATE;
/** Never cut sooner than this after the start. */
const MIN_CUT = 3 * SAMPLE_RATE;
/** Without a pause, the cut lies no sooner than this after the start, and no later than this before the newest frame. */
const FORCED_FROM = 5 * SAMPLE_RATE;
const FORCED_BEFORE = 0.5 * SAMPLE_RATE;

/** Speech that is committed. */
export interface LiveCut {
  readonly span: SegmentSpan;
  /** Whether the speech goes on without a real pause: then what was heard last may belong to what follows. */
  readonly goesOn: boolean;
}

/** Speech that is not committed yet. */
export interface OpenSpeech {
  readonly span: SegmentSpan;
  /** Whether it has paused, and all of the padding behind it is there: recognised again, it would be the same. */
  readonly paused: boolean;
}

/** Cuts a live stream. Feed it every frame's probability of speech in order, then flush it. */
export class LiveSegmenter {
  readonly #detector = new RegionDetector();
  /** Everything before it is committed. */
  #from = 0;
  /** Regions that have ended, since `#from`. */
  #regions: Region[] = [];
  /** Probabilities since `#probabilitiesFrom`. */
  #probabilities: number[] = [];
  #probabilitiesFrom = 0;

  /** Takes the next frames' probabilities; gives back what they commit. */
  push(probabilities: Float32Array): LiveCut[] {
    const cuts: LiveCut[] = [];
    for (const probability of probabilities) {
      this.#probabilities.push(probability);
      const closed = this.#detector.push(probability);
      if (closed) this.#add(closed);
      const cut = this.#cut();
      if (cut) cuts.push(cut);
    }
    this.#forgetProbabilities();
    return cuts;
  }

  /** Ends the stream of `totalSamples` samples; gives back what is left: more than one cut where much was in doubt until now. */
  flush(totalSamples: number): LiveCut[] {
    const last = this.#detector.flush(totalSamples);
    if (last) this.#add(last);
    const cuts: LiveCut[] = [];
    const end = last?.end ?? 0;
    for (let cut = this.#cutLong(this.#regions, end); cut; cut = this.#cutLong(this.#regions, end))
      cuts.push(cut);
    if (this.#regions.length > 0) cuts.push({ span: this.#take(this.#regions, totalSamples), goesOn: false });
    return cuts;
  }

  /** What was said and is not committed, up to the newest frame; undefined in silence. */
  get open(): OpenSpeech | undefined {
    const { position } = this.#detector;
    const open = this.#openRegion;
    const regions = open ? [...this.#regions, open] : this.#regions;
    if (regions.length === 0) return undefined;
    const wanted = open ? position : regions[regions.length - 1].end + PADDING;
    const span = { start: this.#paddedStart(regions[0].start), end: Math.min(wanted, position), regions };
    return { span, paused: !open && wanted <= position };
  }

  /** The earliest sample that is still needed. */
  get neededFrom(): number {
    const first = this.#regions[0]?.start ?? this.#detector.open?.start ?? this.#detector.position;
    return this.#paddedStart(first);
  }

  /** The region that is going on, once it is certain to be speech. */
  get #openRegion(): Region | undefined {
    const { open, position } = this.#detector;
    if (!open?.certain || position <= this.#from) return undefined;
    return { start: Math.max(open.start, this.#from), end: position };
  }

  #add({ start, end }: Region): void {
    if (end > this.#from) this.#regions.push({ start: Math.max(start, this.#from), end });
  }

  #cut(): LiveCut | undefined {
    const { position } = this.#detector;
    const open = this.#openRegion;
    const start = this.#regions[0]?.start ?? open?.start;
    if (start === undefined) return undefined;
    const last = this.#regions.at(-1);
    const pause = position - start < LITTLE ? PAUSE_AFTER_LITTLE : PAUSE;
    if (!this.#detector.open && last && position - last.end >= pause)
      return { span: this.#take(this.#regions, position), goesOn: false };
    return this.#cutLong(open ? [...this.#regions, open] : this.#regions, position);
  }

  /** Cuts what has been going on for too long at `position`; undefined where it has not. */
  #cutLong(spoken: readonly Region[], position: number): LiveCut | undefined {
    if (spoken.length === 0) return undefined;
    const { start } = spoken[0];
    if (position - start < LONG) return undefined;
    const count = longestPause(spoken, start + MIN_CUT);
    if (count !== undefined) {
      const middle = Math.floor((spoken[count - 1].end + spoken[count].start) / 2);
      return { span: this.#take(spoken.slice(0, count), middle), goesOn: true };
    }
    if (position - start < LONGEST) return undefined;
    // What turns out to be speech late may have begun long ago.
    const newest = Math.min(position, start + LONGEST + FRAME_SAMPLES);
    const at = this.#quietest(start + FORCED_FROM, newest - FORCED_BEFORE);
    return { span: this.#take(clip(spoken, at), at), goesOn: true };
  }

  /** Commits these regions; what comes before `limit` never returns. */
  #take(regions: readonly Region[], limit: number): SegmentSpan {
    const start = this.#paddedStart(regions[0].start);
    const end = Math.min(regions[regions.length - 1].end + PADDING, limit);
    this.#from = end;
    this.#regions = this.#regions
      .filter((region) => region.end > end)
      .map((region) => ({ start: Math.max(region.start, end), end: region.end }));
    return { start, end, regions };
  }

  #paddedStart(start: number): number {
    return Math.max(this.#from, start - PADDING, 0);
  }

  /** The frame between two samples that sounds least like speech, with its neighbours; of several, the last. */
  #quietest(from: number, to: number): number {
    const p = this.#probabilities;
    const first = Math.ceil(from / FRAME_SAMPLES) - this.#probabilitiesFrom;
    const last = Math.floor(to / FRAME_SAMPLES) - this.#probabilitiesFrom;
    let best = first;
    let lowest = Infinity;
    for (let i = first; i <= last; i++) {
      const around = p[i - 1] + p[i] + p[i + 1];
      if (around <= lowest) {
        lowest = around;
        best = i;
      }
    }
    return (this.#probabilitiesFrom + best) * FRAME_SAMPLES;
  }

  #forgetProbabilities(): void {
    const from = Math.min(this.#detector.position - LONGEST, this.neededFrom);
    const keep = Math.floor(from / FRAME_SAMPLES) - 8;
    const count = Math.max(0, keep - this.#probabilitiesFrom);
    this.#probabilities.splice(0, count);
    this.#probabilitiesFrom += count;
  }
}

/** How many regions come before the longest pause that begins no sooner than `from`; undefined where there is none. */
function longestPause(regions: readonly Region[], from: number): number | undefined {
  let count: number | undefined;
  let longest = 0;
  for (let i = 1; i < regions.length; i++) {
    const pause = regions[i].start - regions[i - 1].end;
    if (regions[i - 1].end >= from && pause > longest) {
      longest = pause;
      count = i;
    }
  }
  return count;
}

/** The regions before `end`. */
function clip(regions: readonly Region[], end: number): Region[] {
  return regions
    .filter((region) => region.start < end)
    .map((region) => ({ start: region.start, end: Math.min(region.end, end) }));
}
