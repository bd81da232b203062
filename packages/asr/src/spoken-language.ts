/**
 * Which language a transcript is in when nobody said so: the one in which most seconds of it were recognised. Segments vote,
 * because detection on a single short one ("okay") is often wrong.
 */
import type { Recognition } from './recognizer.js';

/** What a transcript's `language` says when it could not be told: the BCP 47 tag for "undetermined". */
const UNDETERMINED = 'und';

/** Adds up the languages of a recording's segments. */
export class SpokenLanguage {
  readonly #seconds = new Map<string, number>();

  /** Takes one segment of `seconds`; those without text or without a language do not count. */
  add(recognition: Pick<Recognition, 'text' | 'language'>, seconds: number): void {
    const { text, language } = recognition;
    if (text === '' || language === undefined) return;
    this.#seconds.set(language, (this.#seconds.get(language) ?? 0) + seconds);
  }

  /** The language asked for, or the one heard most when that was "auto". */
  resolve(asked: string): string {
    if (asked !== 'auto') return asked;
    let most = 0;
    let language = UNDETERMINED;
    for (const [tag, seconds] of this.#seconds) {
      if (seconds > most) [language, most] = [tag, seconds];
    }
    return language;
  }
}
