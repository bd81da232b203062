/**
 * The one error that a route throws on purpose: a code of the protocol's closed list, the status that goes with it, and a
 * message for the client. error-handler.ts turns it into JSON. Messages never carry anything that a client sent.
 */
import { errorStatus, type ErrorCode } from '@sealscribe/protocol';

const messages: Record<ErrorCode, string> = {
  bad_request: 'The request is not one that this route understands.',
  empty_file: 'The file is empty.',
  unauthorized: 'Sign in first: the session token is missing, unknown or expired.',
  wrong_credentials: 'The email or the password is wrong.',
  quota_exceeded: 'The minutes of this account are used up for this month.',
  forbidden: 'This is not allowed.',
  wrong_code: 'The code is wrong, or nothing waits for it any more.',
  not_found: 'There is nothing here.',
  model_not_found: 'There is no such model on this server.',
  method_not_allowed: 'This route does not take that method.',
  conflict: 'The request conflicts with the present state.',
  id_taken: 'This id is already in use.',
  email_taken: 'There is already an account for this email.',
  revision_conflict: 'It has been changed since: read it again and repeat the change.',
  encrypted_content: 'The server cannot read this; do it on the client.',
  job_lost: 'The server was restarted, and the job is lost: send the recording again.',
  job_gone: 'The job is over, and nothing of it is kept any more.',
  unsupported_version: 'The server speaks another version of this protocol.',
  payload_too_large: 'The body is larger than this server accepts.',
  audio_too_long: 'The recording is longer than this server accepts.',
  unsupported_media: 'The server does not take this type of content.',
  decoder_missing: 'This server has no decoder for this type of media.',
  undecodable_media: 'The file could not be decoded.',
  no_audio: 'The file has no audio.',
  language_not_supported: 'The model does not know this language.',
  idempotency_mismatch: 'Something else was sent with this Idempotency-Key before.',
  rate_limited: 'Too many requests; wait a little.',
  busy: 'The server is busy; try again a little later.',
  too_many_at_once: 'This account has as many transcriptions at once as it may have.',
  locked_out: 'Too many failed attempts; wait before trying again.',
  internal: 'Something went wrong on the server.',
  recognizer_failed: 'The recogniser failed.',
  unavailable: 'The server is not available at the moment.',
  storage_full: "The server's storage is full.",
};

/** An error meant for the client: a closed code with its HTTP status, and after how many seconds to try again. */
export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** Seconds after which another attempt makes sense; becomes the Retry-After header. */
  readonly retryAfter: number | undefined;
  /** The field of the request that is wrong, where one is. */
  readonly param: string | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { cause?: unknown; retryAfter?: number; param?: string } = {},
  ) {
    super(message ?? messages[code], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpError';
    this.code = code;
    this.status = errorStatus[code];
    this.retryAfter = options.retryAfter;
    this.param = options.param;
  }
}
