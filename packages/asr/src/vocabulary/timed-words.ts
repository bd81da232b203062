/** From timed tokens to timed words, for models that know the frame of each token (CTC, transducers). */
import type { Word } from '@sealscribe/protocol';
import type { SpeechRegion } from '../recognizer.js';
import { groupIntoWords, type TokenPiece } from '../words/group-into-words.js';
import { separate } from '../words/separate.js';

/** No word is shorter, in seconds, as long as they all have room. */
const SHORTEST_WORD = 0.02;

/** A token with its times in seconds. */
export interface TimedToken extends TokenPiece {
  readonly start: number;
  readonly end: number;
}

/**
 * Words in order, inside `span`, none overlapping. A word lasts from its first to its last token that is heard; its confidence
 * is the geometric mean of the probabilities of its tokens.
 */
export function toTimedWords(timed: readonly TimedToken[], span: SpeechRegion): Word[] {
  const words = groupIntoWords(timed);
  const intervals = words.map(({ spoken }) => ({
    start: timed[spoken[0]].start - span.start,
    end: timed[spoken[spoken.length - 1]].end - span.start,
  }));
  return separate(intervals, span.end - span.start, SHORTEST_WORD).map(({ start, end }, i) => {
    const { text, tokens } = words[i];
    const sum = tokens.reduce((total, token) => total + timed[token].logProbability, 0);
    const confidence = Math.min(1, Math.exp(sum / tokens.length));
    return { word: text, start: start + span.start, end: end + span.start, confidence };
  });
}
