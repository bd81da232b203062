/** How many bytes of recordings may be in memory at once, over all requests. */
import { HttpError } from '../http-error.js';

/** A sum that cannot be exceeded. */
export class MemoryBudget {
  #used = 0;

  /** @param total bytes */
  constructor(readonly total: number) {}

  /** Bytes taken at the moment. */
  get used(): number {
    return this.#used;
  }

  /** @throws {HttpError} `payload_too_large` when it could never fit, `busy` when it does not fit now. */
  take(bytes: number): void {
    if (bytes > this.total) throw new HttpError('payload_too_large');
    if (this.#used + bytes > this.total) throw new HttpError('busy', undefined, { retryAfter: 10 });
    this.#used += bytes;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}
