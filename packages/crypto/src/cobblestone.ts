/**
 * seal() and open(): Cobblestone-256, the AES-256-GCM + SHA-512 instance of c2sp.org/chunked-encryption, in Web Crypto.
 * It is the only symmetric encryption outside baseline.ts (docs/formats.md, sections 0 and 7).
 *
 *     info    = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" || 0x00 || salt (24 random bytes) || context
 *     okm     = HKDF-Expand-SHA-512(key, info, 76) = message key (32) || base nonce (12) || commitment (32)
 *     message = salt || commitment || chunk 0 || chunk 1 …
 *
 * A chunk is 16 KiB of plaintext under nonce XOR i, the last one shorter, possibly empty: that it is shorter is what says
 * that it is the last. The commitment is checked before any chunk is opened, so that one message opens under one key only.
 */
import { checkBytes, concat, equalBytes, type Bytes } from './bytes.js';
import { CryptoError } from './errors.js';
import { encodeText } from './text.js';
import {
  IV_BYTES,
  KEY_BYTES,
  TAG_BYTES,
  aesGcmDecrypt,
  aesGcmEncrypt,
  aesGcmUnwrap,
  checkVaultKey,
  hkdfExpand,
  importAesKey,
  importHmacKey,
  randomBytes,
} from './webcrypto.js';

export const SALT_BYTES = 24;
const COMMITMENT_BYTES = 32;
export const HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES;
export const CHUNK = 16_384;
export const SEALED_CHUNK = CHUNK + TAG_BYTES;
const IN_FLIGHT = 32;
const MAX_CHUNKS = 2 ** 32;
const INFO = concat(encodeText('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM', 'info'), Uint8Array.of(0));

/** Bytes of a sealed 32-byte key. */
export const WRAP_BYTES = HEADER_BYTES + KEY_BYTES + TAG_BYTES;

export interface Message {
  key: CryptoKey;
  nonce: Bytes;
  commitment: Bytes;
}

export async function deriveMessage(
  key: CryptoKey,
  salt: Bytes,
  context: Uint8Array,
  usage: KeyUsage,
): Promise<Message> {
  const okm = await hkdfExpand(key, concat(INFO, salt, context), KEY_BYTES + IV_BYTES + COMMITMENT_BYTES);
  const messageKey = await importAesKey(okm.subarray(0, KEY_BYTES), [usage]);
  okm.fill(0, 0, KEY_BYTES);
  return {
    key: messageKey,
    nonce: okm.subarray(KEY_BYTES, KEY_BYTES + IV_BYTES),
    commitment: okm.subarray(KEY_BYTES + IV_BYTES),
  };
}

export function chunkNonce(base: Bytes, index: number): Bytes {
  if (index >= MAX_CHUNKS) throw new RangeError('a sealed message has at most 2^32 chunks');
  const nonce = base.slice();
  const view = new DataView(nonce.buffer);
  view.setUint32(8, (view.getUint32(8) ^ index) >>> 0);
  return nonce;
}

export async function openHeader(
  key: CryptoKey,
  context: Uint8Array,
  header: Bytes,
  usage: KeyUsage,
): Promise<Message> {
  const message = await deriveMessage(key, header.subarray(0, SALT_BYTES), context, usage);
  if (!equalBytes(message.commitment, header.subarray(SALT_BYTES, HEADER_BYTES))) {
    throw new CryptoError('authentication_failed');
  }
  return message;
}

/** Runs `work` for 0 … count-1 with many in flight, so that the threads of Web Crypto seldom fall asleep between two. */
async function inFlight(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
}

function checkArguments(
  key: CryptoKey,
  context: Uint8Array,
  data: Uint8Array,
  argument: string,
): asserts data is Bytes {
  checkVaultKey(key, 'key');
  checkBytes(context, 'context');
  checkBytes(data, argument);
}

/**
 * Seals bytes under a key of the vault, bound to a context.
 *
 * @returns salt || commitment || chunks: 72 bytes more than the plaintext, and 16 more for each full 16 KiB.
 * @throws TypeError when an argument is of the wrong type.
 */
export async function seal(key: CryptoKey, context: Uint8Array, plaintext: Uint8Array): Promise<Bytes> {
  checkArguments(key, context, plaintext, 'plaintext');
  const salt = randomBytes(SALT_BYTES);
  const message = await deriveMessage(key, salt, context, 'encrypt');
  const chunks = Math.floor(plaintext.length / CHUNK) + 1;
  const out = new Uint8Array(HEADER_BYTES + plaintext.length + chunks * TAG_BYTES);
  out.set(salt);
  out.set(message.commitment, SALT_BYTES);
  await inFlight(chunks, async (i) => {
    const chunk = plaintext.subarray(i * CHUNK, (i + 1) * CHUNK);
    out.set(
      await aesGcmEncrypt(message.key, chunkNonce(message.nonce, i), chunk),
      HEADER_BYTES + i * SEALED_CHUNK,
    );
  });
  return out;
}

/**
 * Opens what {@link seal} made under the same key and context; nothing is returned unless everything is authentic.
 *
 * @throws CryptoError `malformed` when it is too short to be a sealed message, else one `authentication_failed`.
 * @throws TypeError when an argument is of the wrong type.
 */
export async function open(key: CryptoKey, context: Uint8Array, sealed: Uint8Array): Promise<Bytes> {
  checkArguments(key, context, sealed, 'sealed');
  if (sealed.length < HEADER_BYTES + TAG_BYTES) throw new CryptoError('malformed');
  const message = await openHeader(key, context, sealed.subarray(0, HEADER_BYTES), 'decrypt');
  const body = sealed.subarray(HEADER_BYTES);
  const chunks = Math.floor(body.length / SEALED_CHUNK) + 1;
  const size = body.length - chunks * TAG_BYTES;
  // The last chunk is shorter than the others but has a tag; anything else was cut or extended.
  if (size < (chunks - 1) * CHUNK) throw new CryptoError('authentication_failed');
  const out = new Uint8Array(size);
  await inFlight(chunks, async (i) => {
    const chunk = body.subarray(i * SEALED_CHUNK, (i + 1) * SEALED_CHUNK);
    out.set(await aesGcmDecrypt(message.key, chunkNonce(message.nonce, i), chunk), i * CHUNK);
  });
  return out;
}

/** Seals a new random key of the vault under another and returns both; its bytes exist for a moment only. */
export async function wrapNewKey(
  key: CryptoKey,
  context: Uint8Array,
): Promise<{ key: CryptoKey; wrap: Bytes }> {
  const bytes = randomBytes(KEY_BYTES);
  try {
    return { wrap: await seal(key, context, bytes), key: await importHmacKey(bytes) };
  } finally {
    bytes.fill(0);
  }
}

/**
 * Opens a sealed key through `unwrapKey`, so that its bytes never reach JavaScript.
 *
 * @throws CryptoError `malformed` when it is not 104 bytes, else one `authentication_failed`.
 */
export async function unwrapKey(key: CryptoKey, context: Uint8Array, wrap: Uint8Array): Promise<CryptoKey> {
  checkArguments(key, context, wrap, 'wrap');
  if (wrap.length !== WRAP_BYTES) throw new CryptoError('malformed');
  const message = await openHeader(key, context, wrap.subarray(0, HEADER_BYTES), 'unwrapKey');
  return aesGcmUnwrap(message.key, chunkNonce(message.nonce, 0), wrap.subarray(HEADER_BYTES));
}

/** A key of the vault with the context under which it seals one thing. */
export interface SealingKey {
  key: CryptoKey;
  context: Bytes;
}

/**
 * Seals a sealed key anew under another key; its bytes exist for a moment only.
 *
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function rewrapKey(from: SealingKey, wrap: Uint8Array, to: SealingKey): Promise<Bytes> {
  if (wrap.length !== WRAP_BYTES) throw new CryptoError('malformed');
  const bytes = await open(from.key, from.context, wrap);
  try {
    return await seal(to.key, to.context, bytes);
  } finally {
    bytes.fill(0);
  }
}
