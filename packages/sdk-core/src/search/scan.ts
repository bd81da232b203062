/**
 * One transcript, ready to be searched: the folded texts of its segments in one string, so that looking for a term is one pass of
 * the engine's own substring search. A hit never reaches over the end of a segment.
 */
import type { JsonObject } from '@sealscribe/crypto';
import type { TranscriptDocument } from '@sealscribe/protocol';
import { IntegrityError } from '../errors.js';
import { fold, foldLines } from './fold.js';
import { findHighlights, type Highlight } from './highlight.js';

/** How to search. */
export interface ScanOptions {
  /** Whether all terms must stand in one segment, or somewhere in one transcript. */
  within: 'segment' | 'transcript';
  wholeWords: boolean;
}

/** A segment in which something was found. */
export interface SegmentHit {
  segment: number;
  /** Seconds. */
  time: number;
  speaker: string | null;
  text: string;
  highlights: Highlight[];
}

/**
 * The same check as `checkTranscriptDocument`, without a schema's machinery: a search opens hundreds of thousands of segments.
 * @throws IntegrityError "invalid_document"
 */
export function checkSegments(document: JsonObject, id: string): TranscriptDocument {
  const { segments, text } = document;
  const keys = text === undefined ? 1 : 2;
  const valid =
    Array.isArray(segments) &&
    Object.keys(document).length === keys &&
    (text === undefined || typeof text === 'string') &&
    segments.every(isSegment);
  if (!valid)
    throw new IntegrityError('invalid_document', 'The data opened, but is not a valid document.', { id });
  return document as unknown as TranscriptDocument;
}

function isSegment(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 5) return false;
  const { start, end, text, speaker, confidence } = value as Record<string, unknown>;
  return (
    isCount(start) &&
    isCount(end) &&
    typeof text === 'string' &&
    (speaker === null || typeof speaker === 'string') &&
    (confidence === null || (isCount(confidence) && confidence <= 1000))
  );
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What a search needs of a transcript, as a device keeps it sealed: columns, one place for each segment. */
export interface SearchColumns {
  /** The texts of all segments, a line end after each but the last. */
  text: string;
  /** Where each text ends in it, in UTF-16 units: a text may hold line ends of its own. */
  ends: number[];
  /** Starts in milliseconds. */
  times: number[];
  /** Everyone who speaks, and the place of each segment's speaker among them. */
  speakers: (string | null)[];
  speakerOf: number[];
}

/** The columns of a document. */
export function toColumns({ segments }: TranscriptDocument): SearchColumns {
  const places = new Map<string | null, number>();
  let end = -1;
  const columns = { ends: [] as number[], times: [] as number[], speakerOf: [] as number[] };
  for (const { text, start, speaker } of segments) {
    const place = places.get(speaker) ?? places.size;
    places.set(speaker, place);
    columns.ends.push((end += text.length + 1));
    columns.times.push(start);
    columns.speakerOf.push(place);
  }
  return { text: segments.map(({ text }) => text).join('\n'), speakers: [...places.keys()], ...columns };
}

/**
 * The columns that were kept; only their writer can have sealed them, so this looks for another version's, not for malice.
 * @throws IntegrityError "invalid_document"
 */
export function checkColumns(document: JsonObject, id: string): SearchColumns {
  const { text, ends, times, speakers, speakerOf } = document;
  const count = Array.isArray(ends) ? ends.length : -1;
  const columns = [ends, times, speakerOf].every(
    (column) => Array.isArray(column) && column.length === count && column.every(isCount),
  );
  if (!columns || typeof text !== 'string' || !Array.isArray(speakers))
    throw new IntegrityError('invalid_document', 'The data opened, but is not a valid document.', { id });
  return document as unknown as SearchColumns;
}

/**
 * A transcript in the form in which it is searched: two long strings and arrays of numbers, because a vault has hundreds of
 * thousands of segments, and as many objects would keep the garbage collector busy.
 */
export class Searchable {
  readonly #text: string;
  readonly #ends: Uint32Array;
  readonly #times: Float64Array;
  readonly #speakers: (string | null)[];
  readonly #speakerOf: Uint32Array;
  /** The texts folded, each on one line. */
  readonly #folded: string;
  /** Where each line begins; one more for the end. */
  readonly #starts: Uint32Array;

  constructor({ text, ends, times, speakers, speakerOf }: SearchColumns) {
    this.#text = text;
    this.#ends = Uint32Array.from(ends);
    this.#times = Float64Array.from(times);
    this.#speakers = speakers;
    this.#speakerOf = Uint32Array.from(speakerOf);
    // One pass over all texts costs a third of one over each.
    const folded = foldLines(text);
    const starts = lineStarts(folded, ends.length);
    // A text with a line end of its own is folded alone.
    this.#folded = starts ? folded : ends.map((_, position) => fold(this.#textOf(position))).join('\n');
    this.#starts = starts ?? lineStarts(this.#folded, ends.length) ?? new Uint32Array(1);
  }

  #textOf(position: number): string {
    return this.#text.slice(position === 0 ? 0 : (this.#ends[position - 1] ?? 0) + 1, this.#ends[position]);
  }

  /** Whether a folded term stands anywhere in it. */
  has(term: string): boolean {
    return this.#folded.includes(term);
  }

  /** The segments with the terms, in order. */
  *scan(terms: readonly string[], { within, wholeWords }: ScanOptions): Generator<SegmentHit> {
    const all = within === 'segment';
    if (!all && !terms.every((term) => this.has(term))) return;
    for (const position of all ? this.#withAll(terms) : this.#withAny(terms)) {
      const text = this.#textOf(position);
      const highlights = findHighlights(text, terms, { all, wholeWords });
      if (highlights)
        yield {
          segment: position,
          time: (this.#times[position] ?? 0) / 1000,
          speaker: this.#speakers[this.#speakerOf[position] ?? 0] ?? null,
          text,
          highlights,
        };
    }
  }

  /** Segments that hold every term: whichever is missing longest says where to go on. */
  *#withAll(terms: readonly string[]): Generator<number> {
    for (let position = 0; ;) {
      let furthest = position;
      for (const term of terms) {
        const at = this.#folded.indexOf(term, this.#starts[furthest]);
        if (at < 0) return;
        furthest = this.#segmentAt(at);
        if (furthest > position) break;
      }
      if (furthest === position) yield position++;
      else position = furthest;
    }
  }

  #withAny(terms: readonly string[]): number[] {
    return [...new Set(terms.flatMap((term) => [...this.#with(term)]))].sort((a, b) => a - b);
  }

  /** Segments that hold a term. */
  *#with(term: string): Generator<number> {
    for (let at = this.#folded.indexOf(term); at >= 0;) {
      const position = this.#segmentAt(at);
      yield position;
      at = this.#folded.indexOf(term, this.#starts[position + 1]);
    }
  }

  /** The segment at a place of the folded text, by halving. */
  #segmentAt(at: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Where each of so many lines begins, one more for the end; undefined when there are more or fewer lines. */
function lineStarts(text: string, count: number): Uint32Array | undefined {
  const starts = new Uint32Array(count + 1);
  for (let line = 0, at = 0; line < count; line++) {
    const end = text.indexOf('\n', at);
    if (end < 0 !== (line === count - 1)) return undefined;
    at = (end < 0 ? text.length : end) + 1;
    starts[line + 1] = at;
  }
  return starts;
}
