/**
 * A second try. A model that answers nothing, or the same words for ever, on audio in which somebody speaks does better
 * on less of it: the segment is cut in two at its longest pause and each half is recognised on its own.
 */
import { SAMPLE_RATE } from './audio.js';
import type { Outcome, Recognition, SpeechRegion } from './recognizer.js';
import type { SegmentSpan } from './segmenter.js';
import type { Region } from './speech-regions.js';

/** Halves of halves, and no further. */
const MAX_CUTS = 2;
/** A piece shorter than this is not worth a try of its own. */
const MIN_PIECE = SAMPLE_RATE;
/** Width of the window in which the quietest place is looked for where there is no pause. */
const QUIET_WINDOW = Math.round(0.1 * SAMPLE_RATE);

/**
 * Recognises one piece of audio, in which somebody speaks in `regions`: a Recognizer's method, or a message to the process
 * that has one.
 */
export type Recognize = (pcm: Float32Array, regions: readonly SpeechRegion[]) => Promise<Recognition>;

/**
 * Recognises a segment and, when the answer is empty, looping or cut off, tries again on parts of it.
 *
 * @param pcm The samples of the segment: `span.end - span.start` of them.
 * @throws {RangeError} when `pcm` has another length. Whatever `recognize` throws passes through.
 */
export async function recognizeSegment(
  recognize: Recognize,
  pcm: Float32Array,
  span: SegmentSpan,
): Promise<Recognition> {
  if (pcm.length !== span.end - span.start) throw new RangeError('pcm must be the samples of the span');
  const regions = span.regions.map(({ start, end }) => ({
    start: start - span.start,
    end: end - span.start,
  }));
  return attempt(recognize, pcm, regions, MAX_CUTS);
}

async function attempt(
  recognize: Recognize,
  pcm: Float32Array,
  regions: readonly Region[],
  cuts: number,
): Promise<Recognition> {
  const whole = await recognize(pcm, regions.map(toSpeechRegion));
  if (whole.outcome === 'complete' || whole.outcome === 'no_speech' || cuts === 0) return whole;
  const cut = findCut(pcm, regions);
  if (cut === undefined) return whole;
  const left = await attempt(recognize, pcm.subarray(0, cut), clip(regions, 0, cut), cuts - 1);
  const right = await attempt(recognize, pcm.subarray(cut), clip(regions, cut, pcm.length), cuts - 1);
  const joined = join(left, right, cut, pcm.length);
  return joined.text === '' ? whole : joined;
}

const toSpeechRegion = ({ start, end }: Region): SpeechRegion => ({
  start: start / SAMPLE_RATE,
  end: end / SAMPLE_RATE,
});

/** The middle of the longest pause, or the quietest place of the middle half; undefined when the audio is too short. */
function findCut(pcm: Float32Array, regions: readonly Region[]): number | undefined {
  if (pcm.length < 2 * MIN_PIECE) return undefined;
  let best: number | undefined;
  let longest = 0;
  for (let i = 1; i < regions.length; i++) {
    const pause = regions[i].start - regions[i - 1].end;
    const middle = Math.floor((regions[i].start + regions[i - 1].end) / 2);
    const fits = middle >= MIN_PIECE && pcm.length - middle >= MIN_PIECE;
    if (fits && pause > longest) {
      longest = pause;
      best = middle;
    }
  }
  return best ?? findQuietest(pcm);
}

function findQuietest(pcm: Float32Array): number {
  const from = Math.floor(pcm.length / 4);
  const to = pcm.length - from - QUIET_WINDOW;
  let best = from;
  let lowest = Infinity;
  for (let start = from; start <= to; start += QUIET_WINDOW / 2) {
    let energy = 0;
    for (let i = start; i < start + QUIET_WINDOW; i++) energy += pcm[i] * pcm[i];
    if (energy < lowest) {
      lowest = energy;
      best = start;
    }
  }
  return best + QUIET_WINDOW / 2;
}

/** The regions inside [from, to), counted from `from`. */
function clip(regions: readonly Region[], from: number, to: number): Region[] {
  return regions
    .map(({ start, end }) => ({ start: Math.max(start, from) - from, end: Math.min(end, to) - from }))
    .filter(({ start, end }) => end > start);
}

function join(left: Recognition, right: Recognition, cut: number, length: number): Recognition {
  const offset = cut / SAMPLE_RATE;
  return {
    text: [left.text, right.text].filter((text) => text !== '').join(' '),
    confidence: meanConfidence(left, right, cut / length),
    words: [
      ...left.words,
      ...right.words.map((word) => ({ ...word, start: word.start + offset, end: word.end + offset })),
    ],
    outcome: worse(left.outcome, right.outcome),
    language: (left.text === '' ? right : left).language,
  };
}

function meanConfidence(left: Recognition, right: Recognition, share: number): number | null {
  if (left.confidence === null || right.confidence === null) return left.confidence ?? right.confidence;
  return left.confidence * share + right.confidence * (1 - share);
}

const fromBestToWorst: readonly Outcome[] = ['no_speech', 'complete', 'empty', 'cut_off', 'looping'];

function worse(a: Outcome, b: Outcome): Outcome {
  return fromBestToWorst.indexOf(a) > fromBestToWorst.indexOf(b) ? a : b;
}
