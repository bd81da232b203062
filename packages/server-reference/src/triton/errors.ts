/** What can go wrong with Triton. Messages never hold what it said: an answer may repeat what was asked. */

/**
 * - `unavailable`: it cannot be reached, is starting, stopping or overloaded, or did not answer in time: try again.
 * - `failed`: it tried, and could not; once more may help.
 * - `refused`: it will not do this, however often it is asked.
 * - `bad_answer`: what it answered cannot be an answer to what was asked.
 */
export type TritonErrorCode = 'unavailable' | 'failed' | 'refused' | 'bad_answer';

/** Triton gave no result. */
export class TritonError extends Error {
  override readonly name = 'TritonError';

  constructor(
    readonly code: TritonErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
