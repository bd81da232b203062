/** Random access to bytes that lie in several blocks, without joining them. */

/** Bytes in order, in blocks of any size. */
export class ByteRanges {
  readonly #blocks: readonly Uint8Array[];
  readonly #starts: number[] = [];
  readonly length: number;

  constructor(blocks: readonly Uint8Array[]) {
    this.#blocks = blocks;
    let length = 0;
    for (const block of blocks) {
      this.#starts.push(length);
      length += block.length;
    }
    this.length = length;
  }

  /** Views of the bytes from `start` to `end`. */
  views(start: number, end: number): Uint8Array[] {
    return this.#blocks
      .map((block, index) => {
        const offset = this.#starts[index] as number;
        return block.subarray(Math.max(0, start - offset), Math.max(0, Math.min(block.length, end - offset)));
      })
      .filter((view) => view.length > 0);
  }

  /** A copy of the bytes from `start` to `end`, shorter where the bytes end. */
  copy(start: number, end: number): Uint8Array {
    const copied = new Uint8Array(Math.max(0, Math.min(end, this.length) - start));
    let offset = 0;
    for (const view of this.views(start, end)) {
      copied.set(view, offset);
      offset += view.length;
    }
    return copied;
  }
}
