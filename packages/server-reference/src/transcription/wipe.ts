/**
 * Overwriting audio once it has been used. The point is to keep it out of freed memory; what a runtime copied by itself on
 * the way (TLS records, strings of a transcript) is out of reach here.
 */

/** Fills the bytes behind `view` with zeros. */
export function wipe(view: ArrayBufferView): void {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(0);
}
