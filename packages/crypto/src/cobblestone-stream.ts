/**
 * Cobblestone-256 as streams: cobblestone.ts for messages that are better not held whole. A chunk of an opened stream is
 * released once it is authentic, so a stream that was cut fails only at its end: the caller must discard what it got.
 */
import { checkBytes, concat, type Bytes } from './bytes.js';
import {
  CHUNK,
  HEADER_BYTES,
  SALT_BYTES,
  SEALED_CHUNK,
  chunkNonce,
  deriveMessage,
  openHeader,
  type Message,
} from './cobblestone.js';
import { CryptoError } from './errors.js';
import { TAG_BYTES, aesGcmDecrypt, aesGcmEncrypt, checkVaultKey, randomBytes } from './webcrypto.js';

/**
 * Seals a stream of bytes of any length.
 *
 * @throws TypeError when an argument is of the wrong type.
 */
export function sealStream(key: CryptoKey, context: Uint8Array): TransformStream<Uint8Array, Bytes> {
  checkVaultKey(key, 'key');
  checkBytes(context, 'context');
  let message: Message;
  let index = 0;
  let sealNext: (chunk: Bytes) => Promise<Bytes>;
  return rechunk(CHUNK, {
    async start(controller) {
      const salt = randomBytes(SALT_BYTES);
      message = await deriveMessage(key, salt, context, 'encrypt');
      controller.enqueue(concat(salt, message.commitment));
      sealNext = (chunk) => aesGcmEncrypt(message.key, chunkNonce(message.nonce, index++), chunk);
    },
    full: (chunk) => sealNext(chunk),
    last: (chunk) => sealNext(chunk),
  });
}

/**
 * Opens a stream that {@link sealStream} or {@link seal} made. Each chunk is released once it is authentic; a stream that was
 * cut fails only at its end, so the caller must discard what it got when the stream errors.
 *
 * The stream errors with CryptoError `malformed` (too short) or `authentication_failed`.
 */
export function openStream(key: CryptoKey, context: Uint8Array): TransformStream<Uint8Array, Bytes> {
  checkVaultKey(key, 'key');
  checkBytes(context, 'context');
  let message: Message | undefined;
  let index = 0;
  const openNext = (chunk: Bytes) => aesGcmDecrypt(message!.key, chunkNonce(message!.nonce, index++), chunk);
  const header = async (bytes: Bytes) => {
    message = await openHeader(key, context, bytes, 'decrypt');
  };
  return rechunk(SEALED_CHUNK, {
    prefix: { size: HEADER_BYTES, take: header },
    full: openNext,
    async last(chunk) {
      if (!message) throw new CryptoError('malformed');
      if (chunk.length < TAG_BYTES)
        throw new CryptoError(index === 0 ? 'malformed' : 'authentication_failed');
      return openNext(chunk);
    },
  });
}

interface Rechunker {
  start?(controller: TransformStreamDefaultController<Bytes>): Promise<void>;
  /** Bytes to take once, before the chunks. */
  prefix?: { size: number; take(bytes: Bytes): Promise<void> };
  full(chunk: Bytes): Promise<Bytes>;
  last(chunk: Bytes): Promise<Bytes>;
}

/** Cuts a stream of arbitrary pieces into chunks of exactly `size` bytes and one shorter last chunk. */
export function rechunk(size: number, handler: Rechunker): TransformStream<Uint8Array, Bytes> {
  const buffer = new Uint8Array(size);
  let held = 0;
  let prefix = handler.prefix;
  return new TransformStream({
    async start(controller) {
      await handler.start?.(controller);
    },
    async transform(piece, controller) {
      checkBytes(piece, 'piece');
      for (let offset = 0; offset < piece.length;) {
        const wanted = prefix?.size ?? size;
        const taken = Math.min(wanted - held, piece.length - offset);
        buffer.set(piece.subarray(offset, offset + taken), held);
        held += taken;
        offset += taken;
        if (held < wanted) return;
        held = 0;
        if (prefix) {
          await prefix.take(buffer.slice(0, wanted));
          prefix = undefined;
        } else {
          controller.enqueue(await handler.full(buffer.slice()));
        }
      }
    },
    async flush(controller) {
      const rest = await handler.last(buffer.slice(0, held));
      buffer.fill(0);
      if (rest.length > 0) controller.enqueue(rest);
    },
  });
}
