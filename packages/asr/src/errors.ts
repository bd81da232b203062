/**
 * Failures that are not the caller's mistake (those are TypeError and RangeError, and an abort is the signal's own reason).
 * Messages name models and tensors, never what was said.
 */

/**
 * - `invalid_model`: the files are not a model of the expected family, or could not be loaded.
 * - `runtime_failed`: the ONNX runtime gave up in the middle of a run; `cause` has its error.
 */
export type AsrErrorCode = 'invalid_model' | 'runtime_failed';

/** A speech model could not be loaded or run. */
export class AsrError extends Error {
  override readonly name = 'AsrError';

  constructor(
    readonly code: AsrErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
