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
    const views: Uint8Array[] = [];
    for (let index = this.#blockAt(start); index < this.#blocks.length; index++) {
      const [block, offset] = [this.#blocks[index] as Uint8Array, this.#starts[index] as number];
      if (offset >= end) break;
      const view = block.subarray(Math.max(0, start - offset), Math.min(block.length, end - offset));
      if (view.length > 0) views.push(view);
    }
    return views;
  }

  /** The block in which a place lies, by halving: a hostile file has many places to look at, and many blocks. */
  #blockAt(place: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= place) low = middle;
      else high = middle;
    }
    return low;
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
