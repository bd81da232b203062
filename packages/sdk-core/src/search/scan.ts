/**
 * One transcript, ready to be searched: the folded texts of its segments in one string, so that looking for a term is one pass of
 * the engine's own substring search. A hit never reaches over the end of a segment.
 */
import type { JsonObject } from '@sealscribe/crypto';
import type { TranscriptDocument } from '@sealscribe/protocol';
import { IntegrityError } from '../errors.js';
import { fold } from './fold.js';
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

/** A transcript in the form in which it is searched. */
export class Searchable {
  readonly #segments: TranscriptDocument['segments'];
  readonly #folded: string;
  /** Where each segment begins in the folded text; one more for its end. */
  readonly #starts: Uint32Array;

  constructor({ segments }: TranscriptDocument) {
    this.#segments = segments;
    const texts = segments.map(({ text }) => fold(text));
    this.#folded = texts.join('\n');
    this.#starts = new Uint32Array(texts.length + 1);
    for (const [position, text] of texts.entries())
      this.#starts[position + 1] = (this.#starts[position] ?? 0) + text.length + 1;
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
      const segment = this.#segments[position];
      const highlights = segment && findHighlights(segment.text, terms, { all, wholeWords });
      if (segment && highlights)
        yield {
          segment: position,
          time: segment.start / 1000,
          speaker: segment.speaker,
          text: segment.text,
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
