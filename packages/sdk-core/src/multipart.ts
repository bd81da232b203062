/**
 * multipart/form-data (RFC 7578), written as it is sent: fields and parts in order, the length known beforehand where every
 * part's length is known, and no big part ever held whole.
 */
import type { Body } from './http.js';

/** One part of a form. */
export interface Part {
  name: string;
  /** Makes this a file part. ASCII without quotes; what is not is replaced. */
  fileName?: string;
  data: string | Body;
  /** Bytes, needed for an iterable whose length is known. */
  size?: number | undefined;
}

/** A form ready to be sent. */
export interface Form {
  contentType: string;
  /** Bytes of the whole, or undefined where a part's size is not known. */
  size: number | undefined;
  /** The whole as a Blob where no part is an iterable, else as an iterable that can be read once. */
  body: Blob | AsyncIterable<Uint8Array>;
}

const encoder = new TextEncoder();

/** @param boundary must not occur in any part: use a random one */
export function encodeForm(parts: readonly Part[], boundary: string): Form {
  const pieces: { data: Body; size: number | undefined }[] = [];
  const add = (text: string) => {
    const data = encoder.encode(text);
    pieces.push({ data, size: data.length });
  };
  for (const part of parts) {
    const file =
      part.fileName === undefined
        ? ''
        : `; filename="${part.fileName.replace(/[^\w.-]/g, '_')}"\r\ncontent-type: application/octet-stream`;
    add(`--${boundary}\r\ncontent-disposition: form-data; name="${part.name}"${file}\r\n\r\n`);
    if (typeof part.data === 'string') add(part.data);
    else pieces.push({ data: part.data, size: part.size ?? sizeOf(part.data) });
    add('\r\n');
  }
  add(`--${boundary}--\r\n`);
  const size = pieces.reduce<number | undefined>(
    (sum, piece) => (sum === undefined || piece.size === undefined ? undefined : sum + piece.size),
    0,
  );
  const data = pieces.map((piece) => piece.data);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size,
    body: data.every((piece) => piece instanceof Uint8Array || piece instanceof Blob)
      ? new Blob(data as BlobPart[])
      : join(data),
  };
}

const sizeOf = (data: Body): number | undefined =>
  data instanceof Uint8Array ? data.length : data instanceof Blob ? data.size : undefined;

async function* join(pieces: readonly Body[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* piece instanceof Blob ? iterate(piece.stream()) : piece;
  }
}

/** A stream as an iterable (not every browser's streams are one yet); leaving early cancels it. */
export async function* iterate(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
