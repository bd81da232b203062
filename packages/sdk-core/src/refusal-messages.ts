/**
 * What is said when the server refuses something, by its code. The words are the client's own: what a server writes beside a
 * code is never shown, so that a hostile one cannot speak to people through this client.
 */
import type { ErrorCode } from '@sealscribe/protocol';

/** One sentence per code; a number of the HTTP status stands in the error beside it. */
export const refusalMessages: Record<ErrorCode | 'unknown', string> = {
  bad_request: 'The server does not understand the request.',
  empty_file: 'The recording is empty.',
  unauthorized: 'The session is unknown or has run out: sign in again.',
  wrong_credentials: 'The email or the password is wrong.',
  quota_exceeded: 'The minutes of this account are used up for this month.',
  forbidden: 'The server does not allow this.',
  wrong_code: 'The code is wrong, or nothing waits for it any more.',
  not_found: 'The server has nothing under this id or address.',
  model_not_found: 'The server has no such model.',
  method_not_allowed: 'The server does not offer this.',
  conflict: 'This conflicts with what the server holds now.',
  id_taken: 'The id is taken already.',
  email_taken: 'There is an account with this email already.',
  revision_conflict: 'This was changed elsewhere in the meantime.',
  encrypted_content: 'The server cannot read this; do it on the client.',
  job_lost: 'The server was restarted, and the job is lost: send the recording again.',
  job_gone: 'The job is over, and the server keeps nothing of it any more.',
  unsupported_version:
    'The server does not speak this version of the protocol: update the client, or the server.',
  payload_too_large: 'This is larger than the server accepts.',
  audio_too_long: 'The recording is longer than the server accepts.',
  unsupported_media: 'The server does not take this kind of file: it is no audio or video that it knows.',
  decoder_missing: 'The server cannot decode this kind of file; it needs ffmpeg for it.',
  undecodable_media: 'The recording cannot be decoded: it is damaged or cut off.',
  no_audio: 'The file has no audio.',
  language_not_supported: 'The model does not know this language.',
  idempotency_mismatch: 'Something else was sent under this key before.',
  rate_limited: 'Too many requests in a short time: wait a moment.',
  busy: 'The server is busy: try again later.',
  too_many_at_once: 'This account has as many transcriptions at once as it may have: wait for one of them.',
  locked_out: 'Too many failed attempts: wait before the next.',
  internal: 'The server failed.',
  recognizer_failed: 'The recogniser of the server failed.',
  unavailable: 'The server is not available right now.',
  storage_full: 'The storage of the server is full.',
  unknown: 'The server refused, without a reason that this client knows.',
};
