/**
 * Which tokens Whisper may write next (the logit filters of its reference implementation): never the suppressed ones, none of
 * its special tokens, and timestamps in pairs, never backwards, the first one early.
 */
import { logSumExp } from '../token-choice.js';
import type { WhisperConfig } from './whisper-config.js';

/** The rules of one checkpoint, with or without timestamps. */
export class TokenRules {
  readonly #config: WhisperConfig;
  /** `<|0.00|>` where timestamps are written. */
  readonly #firstTimestamp: number | undefined;

  constructor(config: WhisperConfig, timestamps: boolean) {
    this.#config = config;
    this.#firstTimestamp = timestamps ? config.firstTimestamp : undefined;
  }

  /** Sets the logits of the tokens that may not follow `written` to -Infinity, in place. */
  apply(logits: Float32Array, written: readonly number[]): void {
    const { end, suppressed, suppressedFirst } = this.#config;
    for (const token of suppressed) logits[token] = -Infinity;
    if (written.length === 0) for (const token of suppressedFirst) logits[token] = -Infinity;
    // Everything above the end is special: languages, tasks, and then the timestamps.
    logits.fill(-Infinity, end + 1, this.#firstTimestamp);
    if (this.#firstTimestamp !== undefined) this.#applyToTimestamps(logits, written, this.#firstTimestamp);
  }

  #applyToTimestamps(logits: Float32Array, written: readonly number[], first: number): void {
    const { end, latestStart } = this.#config;
    if (written.length === 0) {
      logits.fill(-Infinity, 0, first);
      logits.fill(-Infinity, first + latestStart + 1);
      return;
    }
    const last = written[written.length - 1];
    const isAfterTimestamp = last >= first;
    // The very first one opens a phrase, as the second of a pair does.
    const opensPhrase = isAfterTimestamp && (written.length < 2 || written[written.length - 2] >= first);
    if (opensPhrase) logits.fill(-Infinity, first);
    else if (isAfterTimestamp) logits.fill(-Infinity, 0, end);

    // They never go back, so the latest is the highest. A phrase may begin when the one before it ended, but must not end when
    // it began.
    const latest = Math.max(...written);
    if (latest >= first)
      logits.fill(-Infinity, first, isAfterTimestamp && !opensPhrase ? latest : latest + 1);
    // When some timestamp is likelier than any single word, it is time for one.
    let likeliestText = -Infinity;
    for (let i = 0; i < first; i++) if (logits[i] > likeliestText) likeliestText = logits[i];
    if (logSumExp(logits, first) > likeliestText) logits.fill(-Infinity, 0, first);
  }
}
