/**
 * Everything that can go wrong and is not the caller's mistake (those are TypeError and RangeError): one base class, each
 * error with a `code` that never changes. Messages carry no password, key, transcript, file name or email.
 * Aborting stays what the platform throws for it (AbortError).
 */
import type { ErrorCode } from '@sealscribe/protocol';
import type { VaultEntry, VaultTranscript } from './vault-types.js';

/** Why the client refuses what the server gave it, although the answer had the right shape. */
export type IntegrityCode =
  | 'authentication_failed'
  | 'malformed'
  | 'invalid_document'
  | 'weak_kdf'
  | 'rollback'
  | 'fork'
  | 'unlisted'
  | 'vanished'
  | 'wrong_fingerprint'
  | 'untrusted_sender'
  | 'unconfirmed';

/** Every code that an error of the client can carry; those of {@link ApiError} are the server's. */
export type SealscribeErrorCode =
  | ErrorCode
  | IntegrityCode
  | 'unknown'
  | 'connection_failed'
  | 'timeout'
  | 'certificate_untrusted'
  | 'certificate_mismatch'
  | 'bad_answer'
  | 'source_unreadable'
  | 'wrong_password'
  | 'weak_password'
  | 'wrong_recovery_words'
  | 'bad_recovery_words'
  | 'password_needed'
  | 'bad_link'
  | 'unknown_version'
  | 'share_gone'
  | 'webhook_untrusted'
  | 'webhook_expired'
  | 'signed_out'
  | 'locked'
  | 'conflict'
  | 'damaged'
  | 'freshness_unreadable'
  | 'font_missing'
  | 'model_failed'
  | 'kdf_unsupported'
  | 'insecure_context'
  | 'microphone_denied'
  | 'microphone_missing'
  | 'feature_missing'
  | 'worker_failed'
  | 'device_busy'
  | 'device_unsupported'
  | 'device_files_missing';

/** Base of every error that the client throws and that is not a mistake of the caller. */
export class SealscribeError extends Error {
  override readonly name: string = 'SealscribeError';

  constructor(
    /** What happened, from a closed list: docs/errors.md says what to do about each. */
    readonly code: SealscribeErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The server refused a request: its code, the HTTP status and the id under which its log knows the request. */
export class ApiError extends SealscribeError {
  override readonly name = 'ApiError';
  declare readonly code: ErrorCode | 'unknown';

  constructor(
    /** Of the HTTP answer. */
    readonly status: number,
    code: ErrorCode | 'unknown',
    message: string,
    /** Under which the server's log knows the request, where it said so. */
    readonly requestId: string | undefined,
    /** Seconds after which the server wants to be asked again, where it said so. */
    readonly retryAfter?: number,
  ) {
    super(code, message);
  }
}

/** The server could not be reached, or the connection broke. */
export class ConnectionError extends SealscribeError {
  override readonly name = 'ConnectionError';
  declare readonly code: 'connection_failed';

  constructor(message: string, options?: { cause?: unknown }) {
    super('connection_failed', message, options);
  }
}

/** Nothing moved in either direction for the client's `timeout`. */
export class TimeoutError extends SealscribeError {
  override readonly name = 'TimeoutError';
  declare readonly code: 'timeout';

  constructor(message: string) {
    super('timeout', message);
  }
}

/** The server's certificate is not trusted, or is not the pinned one. No byte of the request was sent. */
export class CertificateError extends SealscribeError {
  override readonly name = 'CertificateError';
  declare readonly code: 'certificate_untrusted' | 'certificate_mismatch';

  constructor(
    code: 'certificate_untrusted' | 'certificate_mismatch',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(code, message, options);
  }
}

/** The recording could not be read: no such file, no permission, or the download failed. */
export class SourceError extends SealscribeError {
  override readonly name = 'SourceError';
  declare readonly code: 'source_unreadable';

  constructor(message: string, options?: { cause?: unknown }) {
    super('source_unreadable', message, options);
  }
}

/** Email and password do not belong together. Which of them is wrong cannot be told. */
export class WrongPasswordError extends SealscribeError {
  override readonly name = 'WrongPasswordError';
  declare readonly code: 'wrong_password';

  constructor() {
    super('wrong_password', 'The email or the password is wrong.');
  }
}

/** Why a link does not open; only "wrong_password" and "password_needed" are worth another try. */
export type ShareCode = 'wrong_password' | 'password_needed' | 'bad_link' | 'unknown_version' | 'share_gone';

const shareMessages: Record<ShareCode, string> = {
  wrong_password: 'The password of this link is wrong.',
  password_needed: 'This link has a password: ask whoever sent it.',
  bad_link: 'This is no link to a shared transcript, or a part of it is missing: copy all of it.',
  unknown_version: 'This link was made by a newer version: update to open it.',
  share_gone: 'There is nothing behind this link any more: it expired, was used up or taken back.',
};

/** A link to a shared transcript does not open. Its message holds nothing of the link. */
export class ShareError extends SealscribeError {
  override readonly name = 'ShareError';
  declare readonly code: ShareCode;

  constructor(code: ShareCode, options?: { cause?: unknown }) {
    super(code, shareMessages[code], options);
  }
}

/** Why a delivery of a webhook is not believed. */
export type WebhookCode = 'webhook_untrusted' | 'webhook_expired';

const webhookMessages: Record<WebhookCode, string> = {
  webhook_untrusted: 'The delivery is not from the server that has the secret, or was changed on its way.',
  webhook_expired: 'The delivery is too old, or the clock is wrong.',
};

/** A delivery of a webhook is not to be believed: answer it with 400. */
export class WebhookError extends SealscribeError {
  override readonly name = 'WebhookError';
  declare readonly code: WebhookCode;

  constructor(code: WebhookCode) {
    super(code, webhookMessages[code]);
  }
}

/** What the server gave does not open, is not what was asked for, or is older than what this device has already seen. */
export class IntegrityError extends SealscribeError {
  override readonly name = 'IntegrityError';
  declare readonly code: IntegrityCode;

  constructor(
    code: IntegrityCode,
    message: string,
    options?: {
      /** Id of the transcript concerned; none where it is the index, the key record or a blob. */
      id?: string;
      cause?: unknown;
    },
  ) {
    super(code, message, options);
    this.id = options?.id;
  }

  /** Id of the transcript concerned; undefined where it is the index, the key record or a blob. */
  readonly id: string | undefined;
}

/** Some transcripts of the vault could not be opened or are missing. The good ones are in `entries`. */
export class DamagedVaultError extends SealscribeError {
  override readonly name = 'DamagedVaultError';
  declare readonly code: 'damaged';

  constructor(
    /** Everything that is in order. */
    readonly entries: readonly VaultEntry[],
    /** One error per transcript that is not, with its id. */
    readonly problems: readonly IntegrityError[],
  ) {
    super(
      'damaged',
      `${problems.length} of the vault's transcripts cannot be trusted; ${entries.length} are in order.`,
    );
  }
}

/** Another device changed the transcript. Merge into `current` and update again with its revision. */
export class ConflictError extends SealscribeError {
  override readonly name = 'ConflictError';
  declare readonly code: 'conflict';

  constructor(
    /** Of the transcript. */
    readonly id: string,
    /** The revision that the refused change was made from. */
    readonly baseRevision: number,
    /** The transcript as it is stored now, opened and verified; undefined where it was deleted meanwhile. */
    readonly current: VaultTranscript | undefined,
  ) {
    super('conflict', 'The transcript was changed elsewhere in the meantime.');
  }
}

/** The fonts that were given have no letters of some scripts. */
export class MissingFontError extends SealscribeError {
  override readonly name = 'MissingFontError';
  declare readonly code: 'font_missing';

  constructor(
    /** Unicode names of the scripts, such as "Gujarati". */
    readonly scripts: readonly string[],
  ) {
    super('font_missing', `None of the fonts has letters of: ${scripts.join(', ')}.`);
  }
}
