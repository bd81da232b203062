/** What a request for a file has on condition: that it is another one than the client has, or a part of it (RFC 9110, 13 and 14). */

/** Whether a client has these bytes already. @param header `If-None-Match` */
export function isKnown(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    (header.trim() === '*' || header.split(',').some((known) => known.trim().replace(/^W\//, '') === etag))
  );
}

/** Bytes of a file, from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The part that is asked for; undefined for the whole, which is also the answer to what is no single range; null where the file has
 * none of it.
 */
export function rangeOf(
  { range, 'if-range': condition }: { range?: string | undefined; 'if-range'?: string | undefined },
  { size, etag }: { size: number; etag: string },
): ByteRange | undefined | null {
  if (condition !== undefined && condition.trim() !== etag) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  // Without a first byte it is how many from the end.
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return start < end ? { start, end } : null;
}
