/**
 * The last step of models that know the frame of each token (CTC, transducers): text, confidence and word times.
 */
import { NOTHING_SAID, type Recognition, type RecognizeOptions } from '../recognizer.js';
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

/** The audio that tokens were heard in, and wishes for it. */
export interface TimedAudio extends Pick<RecognizeOptions, 'words' | 'regions'> {
  /** Seconds from one frame to the next. */
  readonly frameSeconds: number;
  /** Seconds. */
  readonly duration: number;
}

/** What tokens say. Words lie between the beginning of the first region of speech and the end of the last. */
export function toRecognition(
  vocabulary: Vocabulary,
  tokens: readonly FramedToken[],
  { frameSeconds, duration, words = false, regions = [] }: TimedAudio,
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
  const span = { start: regions[0]?.start ?? 0, end: regions[regions.length - 1]?.end ?? duration };
  const mean = tokens.reduce((sum, { logProbability }) => sum + logProbability, 0) / tokens.length;
  return {
    text,
    confidence: Math.min(1, Math.exp(mean)),
    words: words ? toTimedWords(timed, span) : [],
    outcome: 'complete',
  };
}
