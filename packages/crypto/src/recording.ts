/**
 * The sound of a transcript (docs/formats.md, section 3, "Recording"): sealed as a stream under a key of its own, used once, which
 * stands in the transcript's card. The card also says the length, and what the sealed bytes hash to, piece by piece: Web Crypto hashes
 * nothing that it does not get whole, and somebody who knows the key from an earlier card could seal another sound under it.
 */
import { concat, decodeBase64url, encodeBase64url, type Bytes } from './bytes.js';
import { contexts, newId } from './bind.js';
import { CHUNK, HEADER_BYTES } from './cobblestone.js';
import { openStream, rechunk, sealStream } from './cobblestone-stream.js';
import { CryptoError } from './errors.js';
import { paddedLength } from './padding.js';
import { KEY_BYTES, TAG_BYTES, importHmacKey, randomBytes, sha256Bytes } from './webcrypto.js';

/** Bytes of a piece of a sealed recording; the last one may be shorter. */
export const PIECE_BYTES = 2 ** 20;

/** What a card says of a recording. Its key is a secret like the card itself. */
export interface RecordingRef {
  id: string;
  /** 32 bytes, base64url. */
  key: string;
  /** Bytes before sealing. */
  size: number;
  /** SHA-256 over the SHA-256 of each piece, base64url. */
  sha256: string;
}

/** Bytes of the sealed stream of a recording of `size` bytes. */
export const sealedLength = (size: number): number =>
  HEADER_BYTES + paddedLength(size) + (Math.floor(paddedLength(size) / CHUNK) + 1) * TAG_BYTES;

/**
 * Seals a recording as it comes, under a new id and key: a transform that gives pieces of {@link PIECE_BYTES} and a shorter last one.
 * `ref()` is what is to stand in the card, once it has given them all.
 */
export async function sealRecording(transcriptId: string) {
  const [id, bytes] = [newId(), randomBytes(KEY_BYTES)];
  const sealing = sealStream(await importHmacKey(bytes), contexts.recording(transcriptId, id));
  let [size, sha256] = [0, ''];
  const ref = (): RecordingRef => ({ id, key: encodeBase64url(bytes), size, sha256 });
  const { writable, readable } = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      size += piece.length;
      controller.enqueue(piece);
    },
    flush(controller) {
      const zeros = new Uint8Array(CHUNK);
      for (let left = paddedLength(size) - size; left > 0; left -= CHUNK)
        controller.enqueue(zeros.subarray(0, left));
    },
  });
  const hashing = hashPieces((hash) => (sha256 = hash));
  return { id, ref, writable, readable: readable.pipeThrough(sealing).pipeThrough(hashing) };
}

/**
 * Opens a recording as it comes, if it is exactly the one that the card names. The stream errs with CryptoError
 * `authentication_failed`, `malformed` or `invalid_document`, at the latest at its end: what came before must be thrown away then.
 *
 * @throws TypeError when `transcriptId` or `ref.id` is none; CryptoError `malformed` when the card's bytes are none.
 */
export async function openRecording(transcriptId: string, { id, key, size, sha256 }: RecordingRef) {
  const opening = openStream(await importHmacKey(decodeBase64url(key)), contexts.recording(transcriptId, id));
  const { writable, readable } = hashPieces((hash) => {
    if (hash !== sha256) throw new CryptoError('authentication_failed');
  });
  let length = 0;
  const unpadding = new TransformStream<Bytes, Bytes>({
    transform(chunk, controller) {
      if (length < size) controller.enqueue(chunk.subarray(0, size - length));
      length += chunk.length;
    },
    flush() {
      if (length !== paddedLength(size)) throw new CryptoError('invalid_document');
    },
  });
  return { writable, readable: readable.pipeThrough(opening).pipeThrough(unpadding) };
}

/** Passes bytes on as pieces, and tells before the last one what the hashes of all of them hash to. */
function hashPieces(tell: (sha256: string) => void): TransformStream<Uint8Array, Bytes> {
  const hashes: Bytes[] = [];
  const full = async (piece: Bytes) => {
    hashes.push(await sha256Bytes(piece));
    return piece;
  };
  const last = async (piece: Bytes) => {
    if (piece.length > 0) await full(piece);
    tell(encodeBase64url(await sha256Bytes(concat(...hashes))));
    return piece;
  };
  return rechunk(PIECE_BYTES, { full, last });
}
