/**
 * Gives up an exchange in which nothing moves. The limit is on silence, not on the whole: a long transcription that keeps
 * reporting is never cut. The caller's own signal passes through untouched.
 */
import { TimeoutError } from './errors.js';

/** Watches one exchange. */
export class Watchdog {
  readonly #silence = new AbortController();
  readonly #timeout: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborts with a TimeoutError after silence, or with the caller's reason. */
  readonly signal: AbortSignal;

  /** @param timeout milliseconds of silence */
  constructor(timeout: number, signal?: AbortSignal) {
    this.#timeout = timeout;
    this.signal = signal ? AbortSignal.any([signal, this.#silence.signal]) : this.#silence.signal;
    this.touch();
  }

  /**
   * Something moved.
   * @param grace milliseconds that are waited in addition, for what moves unseen
   */
  touch(grace = 0): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#silence.abort(
        new TimeoutError(`Nothing was heard from the server for ${this.#timeout / 1000} seconds.`),
      );
    }, this.#timeout + grace);
  }

  /** Nothing is expected to move until the next {@link touch}. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** The exchange is over: whatever of it still runs, such as the upload that a refusal came before, ends too. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#silence.abort();
  }
}
