/**
 * READ FIRST. baseline-v1, the published contract, whole (docs/formats.md, section 1):
 *
 *     key  = PBKDF2-HMAC-SHA-256(password, salt = email, 100,000 iterations, 32 bytes)
 *     blob = iv (12 random bytes) || AES-256-GCM(key, iv, plaintext) || tag (16 bytes)
 *
 * Strings are taken exactly as given, as UTF-8. There is no associated data and no key commitment, the email is a
 * predictable salt and 100,000 iterations are fewer than is asked for today: docs/threat-model.md says what follows. The
 * vault (sealed.ts) answers these limits; this file does not, so that anybody can reproduce it.
 */
import { checkBytes, type Bytes } from './bytes.js';
import { CryptoError } from './errors.js';
import { encodeText } from './text.js';
import {
  IV_BYTES,
  TAG_BYTES,
  aesGcmDecrypt,
  aesGcmEncrypt,
  checkAesKey,
  checkKeyBytes,
  importAesKey,
  pbkdf2ToAesKey,
  randomBytes,
} from './webcrypto.js';

const ITERATIONS = 100_000;

/**
 * Derives the key from a password, with the email as salt. The key cannot be extracted.
 *
 * @param password Taken exactly as given: neither trimmed nor normalised. Not empty.
 * @param email Taken exactly as given; see `normalizeEmail`. Not empty.
 * @throws TypeError when an argument is empty, of the wrong type or holds a lone surrogate.
 * @throws CryptoError `kdf_unsupported`, `insecure_context`.
 * @example
 * ```ts
 * import { deriveKey, encrypt } from '@sealscribe/crypto';
 *
 * const key = await deriveKey('correct horse battery staple', 'alice@example.com');
 * const blob = await encrypt(key, 'Hello, Alice.');
 * ```
 */
export async function deriveKey(password: string | Uint8Array, email: string): Promise<CryptoKey> {
  const secret = typeof password === 'string' ? encodeText(password, 'password') : password;
  checkBytes(secret, 'password');
  const salt = encodeText(email, 'email');
  if (secret.length === 0) throw new TypeError('password must not be empty');
  if (salt.length === 0) throw new TypeError('email must not be empty');
  return pbkdf2ToAesKey(secret, salt, ITERATIONS);
}

/**
 * Makes a baseline key of 32 bytes that the caller already has. The key cannot be extracted.
 *
 * @throws TypeError or RangeError when these are not 32 bytes.
 */
export async function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  checkKeyBytes(bytes, 'bytes');
  return importAesKey(bytes, ['encrypt', 'decrypt']);
}

/**
 * Encrypts under a fresh random IV. Use one key for at most 2^32 messages.
 *
 * @param plaintext Text (as UTF-8) or bytes; may be empty.
 * @returns iv || ciphertext || tag: 28 bytes more than the plaintext.
 * @throws TypeError when an argument is of the wrong type.
 */
export async function encrypt(key: CryptoKey, plaintext: string | Uint8Array): Promise<Bytes> {
  checkAesKey(key, 'encrypt');
  const bytes = typeof plaintext === 'string' ? encodeText(plaintext, 'plaintext') : plaintext;
  checkBytes(bytes, 'plaintext');
  const iv = randomBytes(IV_BYTES);
  const sealed = aesGcmEncrypt(key, iv, bytes);
  // Memory takes a while to be had, and is had only once it is written to: that happens while another thread encrypts.
  const blob = new Uint8Array(IV_BYTES + bytes.length + TAG_BYTES).fill(0);
  blob.set(iv);
  blob.set(await sealed, IV_BYTES);
  return blob;
}

/**
 * Decrypts what {@link encrypt} made. `decodeText` turns the bytes into a string.
 *
 * @throws CryptoError `malformed` under 28 bytes; for everything else that does not open one and the same
 * `authentication_failed`, be it a wrong key, a flipped bit or a cut blob.
 * @throws TypeError when an argument is of the wrong type.
 */
export async function decrypt(key: CryptoKey, blob: Uint8Array): Promise<Bytes> {
  checkAesKey(key, 'decrypt');
  checkBytes(blob, 'blob');
  if (blob.length < IV_BYTES + TAG_BYTES) throw new CryptoError('malformed');
  return aesGcmDecrypt(key, blob.subarray(0, IV_BYTES), blob.subarray(IV_BYTES));
}
