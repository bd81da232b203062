/**
 * Text to bytes and back, without a silent change on the way: TextEncoder would turn a lone surrogate into U+FFFD (two
 * passwords, one key) and TextDecoder would swallow a leading U+FEFF. Both are refused or kept here.
 */
import { CryptoError } from './errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Surrogate}/u;

/**
 * UTF-8 bytes of a string.
 * @throws TypeError naming the argument when it is no string or holds a lone surrogate.
 */
export function encodeText(text: string, argument: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw new TypeError(`${argument} must be a string`);
  if (loneSurrogate.test(text))
    throw new TypeError(`${argument} must be well-formed Unicode (it holds a lone surrogate)`);
  return encoder.encode(text);
}

/**
 * The string of UTF-8 bytes; a leading U+FEFF is kept.
 * @throws CryptoError `malformed` when the bytes are not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CryptoError('malformed', { cause });
  }
}

/**
 * One spelling for one address: NFC(lower(NFC(trim(email)))). Dots and plus tags stay. The baseline takes emails exactly
 * as given; callers who want two spellings of one address to give one key normalise first. The vault always does.
 * @throws TypeError when it is empty or holds a control character or a lone surrogate.
 */
export function normalizeEmail(email: string): string {
  encodeText(email, 'email');
  const normal = email.trim().normalize('NFC').toLowerCase().normalize('NFC');
  if (normal === '') throw new TypeError('email must not be empty');
  if (/\p{Cc}/u.test(normal)) throw new TypeError('email must not hold control characters');
  return normal;
}
