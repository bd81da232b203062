/**
 * The one error class of this package. Mistakes of the calling code are TypeError or RangeError naming the argument;
 * everything that data, a password or the runtime can cause is a {@link CryptoError} with one of these codes.
 * Messages never carry data. All failures to decrypt are alike: same class, same code, same message.
 */

/** What went wrong; docs/errors.md says what to do about each. */
export type CryptoErrorCode =
  | 'authentication_failed'
  | 'malformed'
  | 'unknown_version'
  | 'weak_kdf'
  | 'kdf_unsupported'
  | 'insecure_context'
  | 'invalid_document'
  | 'rollback'
  | 'fork'
  | 'unlisted';

const messages: Record<CryptoErrorCode, string> = {
  authentication_failed: 'Could not open: the key is wrong or the data was changed.',
  malformed: 'The data is not in the expected form.',
  unknown_version: 'This was made by a newer version: update to open it.',
  weak_kdf: 'The key-derivation parameters are weaker than this client accepts.',
  kdf_unsupported:
    'This runtime refuses the key derivation (some allow at most 100,000 iterations): derive where it is allowed and pass the opened CryptoKey.',
  insecure_context:
    'Web Crypto is not available: serve the page over https:// or from localhost, or pass a provider to useWebCrypto().',
  invalid_document: 'The data opened, but its contents are not a valid document.',
  rollback: 'The server gave an older revision than this device has already seen.',
  fork: 'The server gave a different version of a revision that this device has already seen.',
  unlisted: 'The transcript is not what the index of this vault lists.',
};

/** Thrown by every function of this package for anything but a mistake of the calling code. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, options?: ErrorOptions) {
    super(messages[code], options);
    this.code = code;
  }
}
