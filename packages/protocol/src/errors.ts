/**
 * The closed list of error codes that a Sealscribe server answers with, and the HTTP status of each.
 * A message may change, a code never does. docs/errors.md says what to do about each.
 */
export const errorStatus = {
  bad_request: 400,
  empty_file: 400,
  unauthorized: 401,
  wrong_credentials: 401,
  quota_exceeded: 402,
  forbidden: 403,
  wrong_code: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  id_taken: 409,
  email_taken: 409,
  revision_conflict: 409,
  encrypted_content: 409,
  job_lost: 409,
  job_gone: 410,
  unsupported_version: 412,
  payload_too_large: 413,
  audio_too_long: 413,
  unsupported_media: 415,
  decoder_missing: 415,
  undecodable_media: 422,
  no_audio: 422,
  language_not_supported: 422,
  idempotency_mismatch: 422,
  rate_limited: 429,
  busy: 429,
  too_many_at_once: 429,
  locked_out: 429,
  internal: 500,
  recognizer_failed: 500,
  unavailable: 503,
  storage_full: 507,
} as const;

/** A code that a server's error answer may carry. */
export type ErrorCode = keyof typeof errorStatus;

/** Whether a text is one of the server's error codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorStatus, text);
}
