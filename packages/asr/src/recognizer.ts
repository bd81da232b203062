/**
 * What a recogniser is: one segment of speech in, what was said out. Model families implement this interface in folders of
 * their own; cutting a recording into segments, second tries and assembling a transcript are the same for all of them.
 */
import type { ModelInfo, Word } from '@sealscribe/protocol';
import { SAMPLE_RATE } from './audio.js';

/**
 * How a recognition ended.
 * - `complete`: the model came to its own end.
 * - `no_speech`: the model found nothing to write down; `text` is empty.
 * - `empty`: the model wrote tokens that are no text.
 * - `looping`: the model repeated itself and was stopped; `text` is what came before, with the repeated part once.
 * - `cut_off`: the model wrote more than anybody can say in that time and was stopped.
 */
export type Outcome = 'complete' | 'no_speech' | 'empty' | 'looping' | 'cut_off';

/** What was said in one segment. Plain data: it can be sent to another process as JSON. */
export interface Recognition {
  /** Without spaces around it; empty when nothing was said. */
  readonly text: string;
  /** 0 to 1, or null when there is no text or the recogniser gives none. */
  readonly confidence: number | null;
  /** Empty unless asked for and the model can tell; times are seconds from the start of the segment. */
  readonly words: readonly Word[];
  readonly outcome: Outcome;
  /** BCP 47 tag of the language that was spoken, where the model was told or could tell. */
  readonly language?: string | undefined;
  /** What the model wrote, in its own numbers, where {@link RecognizeOptions.hypothesis} is of use to it. */
  readonly hypothesis?: readonly number[] | undefined;
}

/** What comes of audio in which nobody says anything. */
export const NOTHING_SAID: Recognition = { text: '', confidence: null, words: [], outcome: 'no_speech' };

// Models are trained on at most 30 s and make things up beyond; below 0.1 s their encoders have nothing to work on.
const LONGEST = 30 * SAMPLE_RATE;
const SHORTEST = SAMPLE_RATE / 10;

/**
 * Whether there is enough audio in a segment for anything to be said.
 *
 * @throws {RangeError} when `pcm` is longer than 30 s.
 */
export function isLongEnough(pcm: Float32Array): boolean {
  if (pcm.length > LONGEST) throw new RangeError('pcm must not be longer than 30 seconds');
  return pcm.length >= SHORTEST;
}

/** Wishes for one recognition. */
export interface RecognizeOptions {
  /** Stops the recognition as soon as the runtime lets it. */
  readonly signal?: AbortSignal | undefined;
  /** BCP 47 tag of the language spoken, or "auto" (the same as leaving it out): a model of several languages finds out. */
  readonly language?: string | undefined;
  /** Whether word times are wanted; models whose `wordTimestamps` is false give none. */
  readonly words?: boolean | undefined;
  /** Where in `pcm` somebody speaks, unpadded: word times are kept inside. Everywhere when left out. */
  readonly regions?: readonly SpeechRegion[] | undefined;
  /**
   * That of an earlier recognition by the same model which began at the same place and heard less or more: what it has right
   * need not be worked out again. The text is the same with any.
   */
  readonly hypothesis?: readonly number[] | undefined;
}

/** A stretch of speech in seconds from the start of what is recognised. */
export interface SpeechRegion {
  readonly start: number;
  readonly end: number;
}

/** A loaded speech recognition model. */
export interface Recognizer {
  readonly model: ModelInfo;

  /**
   * Recognises one segment: mono float32 at 16 kHz, at most 30 s, best cut by a Segmenter. `pcm` is neither changed nor kept.
   *
   * @throws {RangeError} when `pcm` is too long or the language is not one of the model's.
   * @throws {AsrError} `runtime_failed`.
   * @throws the signal's reason (AbortError) when aborted.
   */
  recognize(pcm: Float32Array, options?: RecognizeOptions): Promise<Recognition>;

  /** Frees the model. The recogniser is of no use afterwards. */
  release(): Promise<void>;
}

/**
 * The tag of the model's languages that was asked for: "en-GB" means "en"; "auto" and nothing mean its only one, and stay
 * "auto" when it has several.
 *
 * @throws {RangeError} when the model does not know the language.
 */
export function chooseLanguage(model: ModelInfo, language: string | undefined): string {
  if (language === undefined || language === 'auto')
    return model.languages.length === 1 ? model.languages[0] : 'auto';
  const wanted = language.toLowerCase();
  const found = model.languages.find((tag) => wanted === tag || wanted.startsWith(`${tag}-`));
  if (found === undefined) throw new RangeError(`language is not one that the model ${model.id} knows`);
  return found;
}
