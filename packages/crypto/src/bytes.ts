/**
 * Bytes as text and back, strictly: one text for one byte string. `atob` and Buffer accept stray characters, missing padding
 * and non-zero spare bits, so that one blob has many texts; these do not.
 */
import { CryptoError } from './errors.js';

/** Bytes that Web Crypto takes: over an ArrayBuffer, never a SharedArrayBuffer. */
export type Bytes = Uint8Array<ArrayBuffer>;

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

const values = (alphabet: string): Int8Array => {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
};
const STANDARD_VALUES = values(STANDARD);
const URL_SAFE_VALUES = values(URL_SAFE);

// By name and not by instanceof, so that bytes of another realm (an iframe, a test runner) count too.
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/**
 * Checks that a value is a Uint8Array (a Buffer is one) over memory that nobody else can change meanwhile.
 * @throws TypeError naming the argument.
 */
export function checkBytes(value: Uint8Array, argument: string): asserts value is Bytes {
  if (!ArrayBuffer.isView(value) || tagOf(value) !== '[object Uint8Array]') {
    throw new TypeError(`${argument} must be a Uint8Array`);
  }
  if (tagOf(value.buffer) !== '[object ArrayBuffer]') {
    throw new TypeError(`${argument} must not be a view on shared memory`);
  }
}

/** Joins byte strings into a new one. */
export function concat(...parts: Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Whether two byte strings are equal, in time that depends on their lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

function encode(bytes: Uint8Array, alphabet: string, padded: boolean): string {
  // In pieces: one string of all characters codes would overflow the argument list.
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x6000) {
    const end = Math.min(start + 0x6000, bytes.length);
    let piece = '';
    for (let i = start; i < end; i += 3) {
      const left = end - i;
      const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      piece += alphabet[bits >> 18]! + alphabet[(bits >> 12) & 63]!;
      if (left > 1) piece += alphabet[(bits >> 6) & 63]!;
      if (left > 2) piece += alphabet[bits & 63]!;
      if (padded && left < 3) piece += left === 1 ? '==' : '=';
    }
    pieces.push(piece);
  }
  return pieces.join('');
}

function decode(text: string, table: Int8Array): Bytes {
  const rest = text.length % 4;
  if (rest === 1) throw new CryptoError('malformed');
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = table[text.charCodeAt(i)] ?? -1;
    if (value < 0) throw new CryptoError('malformed');
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  if ((bits & ((1 << held) - 1)) !== 0) throw new CryptoError('malformed');
  return out;
}

function checkText(text: string): void {
  if (typeof text !== 'string') throw new TypeError('text must be a string');
}

/** Standard base64 with padding: the text form of a baseline blob. */
export function encodeBase64(bytes: Uint8Array): string {
  checkBytes(bytes, 'bytes');
  return encode(bytes, STANDARD, true);
}

/**
 * Bytes of standard base64; alphabet, length, padding and zero spare bits are checked.
 * @throws CryptoError `malformed`.
 */
export function decodeBase64(text: string): Bytes {
  checkText(text);
  if (text.length % 4 !== 0) throw new CryptoError('malformed');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text.slice(0, text.length - padding), STANDARD_VALUES);
}

/** Unpadded base64url: ids, and bytes inside JSON. */
export function encodeBase64url(bytes: Uint8Array): string {
  checkBytes(bytes, 'bytes');
  return encode(bytes, URL_SAFE, false);
}

/**
 * Bytes of unpadded base64url, as strict as {@link decodeBase64}.
 * @throws CryptoError `malformed`.
 */
export function decodeBase64url(text: string): Bytes {
  checkText(text);
  return decode(text, URL_SAFE_VALUES);
}
