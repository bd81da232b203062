/**
 * Resumable uploads: the words of tus 1.0.0 (https://tus.io/protocols/resumable-upload, core with creation, expiration and
 * termination) that client and server share. Offsets and lengths are bytes, written as decimal numbers.
 */

/** The version of tus that is spoken. */
export const TUS_VERSION = '1.0.0';
/** The extensions that the server has. */
export const TUS_EXTENSIONS = 'creation,expiration,termination';
/** Content type of the bytes of a `PATCH`. */
export const UPLOAD_TYPE = 'application/offset+octet-stream';
/** The version, in every request and every answer. */
export const TUS_HEADER = 'tus-resumable';
/** How many bytes the server has; in a `PATCH`, where its bytes begin. */
export const UPLOAD_OFFSET_HEADER = 'upload-offset';
/** How many bytes the whole has. */
export const UPLOAD_LENGTH_HEADER = 'upload-length';

/** The number of bytes that a header gives, or undefined where it gives none. */
export function parseByteCount(header: unknown): number | undefined {
  if (typeof header !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(header)) return undefined;
  const bytes = Number(header);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
