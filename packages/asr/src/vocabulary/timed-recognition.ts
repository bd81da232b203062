/**
 * The last step of models that know the frame of each token (CTC, transducers): text, confidence and word times.
 */
import { NOTHING_SAID, type Recognition } from '../recognizer.js';
import { toTimedWords } from './timed-words.js';
import { tokenTexts, type Vocabulary } from './vocabulary.js';

/** A token and the frames in which it was heard: `end` is the first after them. */
export interface FramedToken {
  readonly token: number;
  readonly start: number;
  readonly end: number;
  /** Natural logarithm of its probability. */
  readonly logProbability: number;
}

/** What tokens say; `frameSeconds` is the length of a frame, `duration` that of the audio in seconds. */
export function toRecognition(
  vocabulary: Vocabulary,
  tokens: readonly FramedToken[],
  {
    frameSeconds,
    duration,
    words = false,
  }: { frameSeconds: number; duration: number; words?: boolean | undefined },
): Recognition {
  const texts = tokenTexts(
    vocabulary,
    tokens.map(({ token }) => token),
  );
  const text = texts.join('').replace(/\s+/g, ' ').trim();
  if (text === '') return { ...NOTHING_SAID, outcome: tokens.length === 0 ? 'no_speech' : 'empty' };
  const timed = tokens.map(({ start, end, logProbability }, i) => ({
    text: texts[i],
    start: start * frameSeconds,
    end: end * frameSeconds,
    logProbability,
  }));
  const mean = tokens.reduce((sum, { logProbability }) => sum + logProbability, 0) / tokens.length;
  return {
    text,
    confidence: Math.min(1, Math.exp(mean)),
    words: words ? toTimedWords(timed, duration) : [],
    outcome: 'complete',
  };
}
