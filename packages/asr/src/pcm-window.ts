/**
 * The part of a recording's samples that is still needed: from the start of the earliest segment that is not certain yet
 * to the newest sample. Positions are samples of the whole recording. What is forgotten is overwritten.
 */

/** A sliding window over mono samples. */
export class PcmWindow {
  #samples: Float32Array;
  #start = 0;
  #length = 0;

  /** @param capacity samples that there is room for at once; it grows where more are needed */
  constructor(capacity = 1024 * 1024) {
    this.#samples = new Float32Array(capacity);
  }

  /** The position after the newest sample: the length of the recording so far. */
  get end(): number {
    return this.#start + this.#length;
  }

  /** Copies samples in; the caller wipes its own. */
  append(samples: Float32Array): void {
    if (this.#length + samples.length > this.#samples.length) {
      const larger = new Float32Array(2 * (this.#length + samples.length));
      larger.set(this.#samples.subarray(0, this.#length));
      this.#samples.fill(0);
      this.#samples = larger;
    }
    this.#samples.set(samples, this.#length);
    this.#length += samples.length;
  }

  /** A copy of the samples from `start` to `end`, with `before` values of room in front of them. */
  copy(start: number, end: number, before = 0): Float32Array {
    if (start < this.#start || end > this.end) throw new RangeError('These samples are not in the window');
    const copied = new Float32Array(before + end - start);
    copied.set(this.#samples.subarray(start - this.#start, end - this.#start), before);
    return copied;
  }

  /** Forgets and wipes the samples before a position. */
  forgetBefore(position: number): void {
    const count = Math.min(this.#length, position - this.#start);
    if (count <= 0) return;
    this.#samples.copyWithin(0, count, this.#length);
    this.#samples.fill(0, this.#length - count, this.#length);
    this.#start += count;
    this.#length -= count;
  }

  /** Wipes everything. */
  clear(): void {
    this.#samples.fill(0);
    this.#start += this.#length;
    this.#length = 0;
  }
}
