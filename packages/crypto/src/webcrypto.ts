/**
 * The only file that touches Web Crypto: every primitive that this package uses, with its parameters fixed. Nothing here
 * decides what is encrypted or under which key; no algorithm, length or tag size is ever taken from data. Every key is
 * made with `extractable: false`. Iteration floors are policy and live in account.ts.
 */
import { checkBytes, type Bytes } from './bytes.js';
import { CryptoError } from './errors.js';

/** Bytes of an AES-GCM tag. Web Crypto would accept as few as 4 if told to; nobody is asked here. */
export const TAG_BYTES = 16;
/** Bytes of an AES-GCM IV. */
export const IV_BYTES = 12;
/** Bytes of every symmetric key. */
export const KEY_BYTES = 32;

const HMAC_KEY = { name: 'HMAC', hash: 'SHA-512', length: 256 } as const; // without `length` it would be 1024 bits
const AES_KEY = { name: 'AES-GCM', length: 256 } as const;

let provider: Crypto | undefined;

/** Sets the Web Crypto implementation to use where the runtime has none, for example `@peculiar/webcrypto`. */
export function useWebCrypto(crypto: Crypto): void {
  if (typeof crypto?.subtle?.encrypt !== 'function')
    throw new TypeError('crypto must be a Web Crypto implementation');
  provider = crypto;
}

function webCrypto(): Crypto {
  const crypto = provider ?? globalThis.crypto;
  // `crypto.subtle` is missing on pages that are not a secure context.
  if (!crypto?.subtle) throw new CryptoError('insecure_context');
  return crypto;
}

/** Random bytes; in steps, because getRandomValues stops at 65,536. */
export function randomBytes(length: number): Bytes {
  const out = new Uint8Array(length);
  const crypto = webCrypto();
  for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(out.subarray(i, i + 65_536));
  return out;
}

/** SHA-256, 32 bytes. */
export async function sha256Bytes(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await webCrypto().subtle.digest('SHA-256', data));
}

async function pbkdf2(
  password: Bytes,
  salt: Bytes,
  iterations: number,
  key: 'AES-GCM' | 'HMAC',
): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  const material = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveKey']);
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  try {
    return key === 'HMAC'
      ? await subtle.deriveKey(parameters, material, HMAC_KEY, false, ['sign'])
      : await subtle.deriveKey(parameters, material, AES_KEY, false, ['encrypt', 'decrypt']);
  } catch (cause) {
    throw new CryptoError('kdf_unsupported', { cause });
  }
}

/** PBKDF2-HMAC-SHA-256 straight to an AES-256-GCM key: its bytes never reach JavaScript. */
export const pbkdf2ToAesKey = (password: Bytes, salt: Bytes, iterations: number) =>
  pbkdf2(password, salt, iterations, 'AES-GCM');

/** PBKDF2-HMAC-SHA-256 straight to a 256-bit HMAC-SHA-512 key: its bytes never reach JavaScript. */
export const pbkdf2ToHmacKey = (password: Bytes, salt: Bytes, iterations: number) =>
  pbkdf2(password, salt, iterations, 'HMAC');

/** 32 bytes as an AES-256-GCM key for these usages. */
export function importAesKey(bytes: Bytes, usages: KeyUsage[]): Promise<CryptoKey> {
  return webCrypto().subtle.importKey('raw', bytes, AES_KEY.name, false, usages);
}

/** 32 bytes as a key of the vault: HMAC-SHA-512, sign only. */
export function importHmacKey(bytes: Bytes): Promise<CryptoKey> {
  return webCrypto().subtle.importKey('raw', bytes, HMAC_KEY, false, ['sign']);
}

const aesGcm = (iv: Bytes, additionalData?: Bytes) => ({
  name: 'AES-GCM',
  iv,
  tagLength: TAG_BYTES * 8,
  ...(additionalData && { additionalData }),
});

/** AES-256-GCM: ciphertext and tag. No format here has associated data; only vectors of others do. */
export async function aesGcmEncrypt(
  key: CryptoKey,
  iv: Bytes,
  plaintext: Bytes,
  additionalData?: Bytes,
): Promise<Bytes> {
  return new Uint8Array(await webCrypto().subtle.encrypt(aesGcm(iv, additionalData), key, plaintext));
}

/** Opens what {@link aesGcmEncrypt} made. Every failure is one opaque `authentication_failed`. */
export async function aesGcmDecrypt(
  key: CryptoKey,
  iv: Bytes,
  ciphertext: Bytes,
  additionalData?: Bytes,
): Promise<Bytes> {
  const { subtle } = webCrypto();
  try {
    return new Uint8Array(await subtle.decrypt(aesGcm(iv, additionalData), key, ciphertext));
  } catch {
    throw new CryptoError('authentication_failed');
  }
}

/** Opens a sealed 32-byte key into a key of the vault without its bytes ever reaching JavaScript. */
export async function aesGcmUnwrap(key: CryptoKey, iv: Bytes, ciphertext: Bytes): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  try {
    return await subtle.unwrapKey('raw', ciphertext, key, aesGcm(iv), HMAC_KEY, false, ['sign']);
  } catch {
    throw new CryptoError('authentication_failed');
  }
}

/** The first `length` bytes of HKDF-Expand-SHA-512 (RFC 5869, 2.3) with an HMAC key as PRK. */
export async function hkdfExpand(key: CryptoKey, info: Bytes, length: number): Promise<Bytes> {
  const { subtle } = webCrypto();
  const okm = new Uint8Array(Math.ceil(length / 64) * 64);
  const input = new Uint8Array(64 + info.length + 1); // T(i-1) || info || i
  input.set(info, 64);
  for (let i = 1; (i - 1) * 64 < length; i++) {
    input[input.length - 1] = i;
    const block = new Uint8Array(await subtle.sign('HMAC', key, i === 1 ? input.subarray(64) : input));
    okm.set(block, (i - 1) * 64);
    input.set(block);
  }
  input.fill(0);
  return okm.subarray(0, length);
}

/** 32 bytes of PBKDF2-HMAC-SHA-256, where they are a salt and no key (Web Crypto derives no HKDF key this way). */
export async function pbkdf2Bytes(password: Bytes, salt: Bytes, iterations: number): Promise<Bytes> {
  const { subtle } = webCrypto();
  const material = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  try {
    return new Uint8Array(await subtle.deriveBits(parameters, material, KEY_BYTES * 8));
  } catch (cause) {
    throw new CryptoError('kdf_unsupported', { cause });
  }
}

const hkdf = (salt: Bytes, info: Bytes) => ({ name: 'HKDF', hash: 'SHA-256', salt, info });

/** Bytes as input of HKDF-SHA-256. */
export function importHkdfKey(bytes: Bytes): Promise<CryptoKey> {
  return webCrypto().subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey', 'deriveBits']);
}

/** HKDF-SHA-256 (RFC 5869) straight to a key of the vault: its bytes never reach JavaScript. */
export function hkdfToHmacKey(key: CryptoKey, salt: Bytes, info: Bytes): Promise<CryptoKey> {
  return webCrypto().subtle.deriveKey(hkdf(salt, info), key, HMAC_KEY, false, ['sign']);
}

/** HKDF-SHA-256 (RFC 5869), `length` bytes. */
export async function hkdfBytes(key: CryptoKey, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  return new Uint8Array(await webCrypto().subtle.deriveBits(hkdf(salt, info), key, length * 8));
}

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;

/** The private key of a P-256 pair from its PKCS#8 bytes: it agrees on secrets and cannot be extracted. */
export async function importEcdhPrivateKey(pkcs8: Bytes): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  try {
    return await subtle.importKey('pkcs8', pkcs8, ECDH, false, ['deriveBits']);
  } catch {
    throw new CryptoError('malformed');
  }
}

/**
 * A P-256 public key from its 65 bytes.
 * @throws CryptoError `malformed` when they are no point of the curve.
 */
export async function importEcdhPublicKey(bytes: Bytes): Promise<CryptoKey> {
  const { subtle } = webCrypto();
  try {
    return await subtle.importKey('raw', bytes, ECDH, true, []);
  } catch {
    throw new CryptoError('malformed');
  }
}

/** A new P-256 pair as bytes: the public key as an uncompressed point (65 bytes), the private key as PKCS#8. */
export async function newEcdhKeyBytes(): Promise<{ publicKey: Bytes; pkcs8: Bytes }> {
  const { subtle } = webCrypto();
  const pair = await subtle.generateKey(ECDH, true, ['deriveBits']);
  return {
    publicKey: new Uint8Array(await subtle.exportKey('raw', pair.publicKey)),
    pkcs8: new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey)),
  };
}

function describesKey(value: CryptoKey): value is CryptoKey {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.algorithm === 'object' &&
    value.type === 'secret'
  );
}

/**
 * Checks that a caller handed in an AES-256-GCM key that may be used so.
 * @throws TypeError when not.
 */
export function checkAesKey(key: CryptoKey, usage: 'encrypt' | 'decrypt'): void {
  const algorithm = describesKey(key) ? (key.algorithm as AesKeyAlgorithm) : undefined;
  if (algorithm?.name !== 'AES-GCM' || algorithm.length !== 256 || !key.usages.includes(usage)) {
    throw new TypeError(
      `key must be an AES-256-GCM CryptoKey usable to ${usage}, as deriveKey and importKey make it`,
    );
  }
}

/**
 * Checks that a caller handed in a key of the vault.
 * @throws TypeError when not.
 */
export function checkVaultKey(key: CryptoKey, argument: string): void {
  const algorithm = describesKey(key) ? (key.algorithm as HmacKeyAlgorithm) : undefined;
  if (
    algorithm?.name !== 'HMAC' ||
    algorithm.hash.name !== 'SHA-512' ||
    algorithm.length !== 256 ||
    key.extractable ||
    !key.usages.includes('sign')
  ) {
    throw new TypeError(
      `${argument} must be a key of the vault: a non-extractable 256-bit HMAC-SHA-512 CryptoKey`,
    );
  }
}

/**
 * Checks a 32-byte key argument.
 * @throws TypeError or RangeError naming the argument.
 */
export function checkKeyBytes(bytes: Uint8Array, argument: string): asserts bytes is Bytes {
  checkBytes(bytes, argument);
  if (bytes.length !== KEY_BYTES) throw new RangeError(`${argument} must be ${KEY_BYTES} bytes`);
}
