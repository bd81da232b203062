/**
 * A recording's file in memory: blocks of fixed size that grow with what arrives, count against a budget, and are wiped
 * when released. Nothing else of the server keeps a whole recording. Up to 128 MiB of wiped blocks are kept for the next ones, until
 * five seconds after the last.
 */
import { HttpError } from '../http-error.js';
import type { MemoryBudget } from './memory-budget.js';
import { wipe } from './wipe.js';

const BLOCK = 1024 ** 2;
const MOST_SPARE = 128;
const KEEP_SPARE_MS = 5_000;

/** Wiped blocks for the next recordings: asking the system for new memory each time costs more than the upload itself. */
const spare: Uint8Array<ArrayBuffer>[] = [];
/** Memory of resizable buffers returns to the system at once, not when the garbage collector comes by: an idle server has none. */
const forgetSpare = setTimeout(() => {
  for (const { buffer } of spare.splice(0)) buffer.resize(0);
}, KEEP_SPARE_MS).unref();

/** Bytes of one upload. */
export class ChunkStore {
  readonly #budget: MemoryBudget;
  readonly #limit: number;
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #reserved: number;
  #released = false;

  /**
   * @param reserve bytes taken from the budget at once: what the client announced.
   * @throws {HttpError} `payload_too_large` over `limit`, `busy` when the budget has no room.
   */
  constructor(budget: MemoryBudget, limit: number, reserve = 0) {
    if (reserve > limit) throw new HttpError('payload_too_large');
    budget.take(reserve);
    this.#budget = budget;
    this.#limit = limit;
    this.#reserved = reserve;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Copies bytes in; the caller wipes its own.
   *
   * @throws {HttpError} `payload_too_large` over the limit, `busy` when the budget has no room.
   */
  append(bytes: Uint8Array): void {
    if (this.#released) return;
    if (this.#length + bytes.length > this.#limit) throw new HttpError('payload_too_large');
    for (let done = 0; done < bytes.length;) {
      const offset = this.#length % BLOCK;
      if (offset === 0) this.#blocks.push(this.#newBlock());
      const block = this.#blocks[this.#blocks.length - 1] as Uint8Array<ArrayBuffer>;
      const part = bytes.subarray(done, done + BLOCK - offset);
      block.set(part, offset);
      this.#length += part.length;
      done += part.length;
    }
  }

  #newBlock(): Uint8Array<ArrayBuffer> {
    const missing = (this.#blocks.length + 1) * BLOCK - Math.max(this.#reserved, this.#blocks.length * BLOCK);
    if (missing > 0) {
      this.#budget.take(missing);
      this.#reserved += missing;
    }
    return spare.pop() ?? new Uint8Array(new ArrayBuffer(BLOCK, { maxByteLength: BLOCK }));
  }

  /** The bytes as views, in order. They are zero after {@link release}. */
  views(): Uint8Array[] {
    return this.#blocks.map((block, index) =>
      block.subarray(0, Math.min(BLOCK, this.#length - index * BLOCK)),
    );
  }

  /** Wipes the bytes and gives the memory back; may be called again. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const block of this.#blocks) wipe(block);
    spare.push(...this.#blocks.slice(0, MOST_SPARE - spare.length));
    forgetSpare.refresh();
    this.#blocks = [];
    this.#length = 0;
    this.#budget.giveBack(this.#reserved);
    this.#reserved = 0;
  }
}
