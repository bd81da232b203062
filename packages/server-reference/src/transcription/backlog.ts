/**
 * How much audio is still to be recognised, in seconds: what a place that has more or fewer recognisers at will is to go by. How long a
 * recording is, is known when it was decoded; until then it is taken for as long as others of so many bytes have been.
 */

/** What is assumed before anything was heard: 128 kbit/s. */
const FIRST = { bytes: 16_000, seconds: 1 };
/** So many bytes are remembered: what people send changes. */
const MEMORY = 256 * 1024 ** 2;

/** One recording of it. */
export interface BacklogEntry {
  /**
   * It went on.
   *
   * @param consumed part of its bytes that is decoded, 0 to 1
   * @param heard seconds that came of these
   * @param done seconds of which the text is there
   */
  move(consumed: number, heard: number, done: number): void;
  /** It is over. */
  leave(): void;
}

interface State {
  readonly bytes: number;
  consumed: number;
  heard: number;
  done: number;
}

/** All recordings that wait or run. */
export class Backlog {
  readonly #entries = new Set<State>();
  #known = { ...FIRST };

  /** Takes a recording of so many bytes in. */
  enter(bytes: number): BacklogEntry {
    const state: State = { bytes, consumed: 0, heard: 0, done: 0 };
    this.#entries.add(state);
    return {
      move: (consumed, heard, done) => void Object.assign(state, { consumed, heard, done }),
      leave: () => {
        if (this.#entries.delete(state)) this.#learn(state);
      },
    };
  }

  /** Seconds of audio without text yet. */
  get seconds(): number {
    const rate = this.#known.seconds / this.#known.bytes;
    return [...this.#entries].reduce(
      (sum, { bytes, consumed, heard, done }) =>
        sum + Math.max(0, heard + (1 - consumed) * bytes * rate - done),
      0,
    );
  }

  #learn({ bytes, consumed, heard }: State): void {
    this.#known.bytes += bytes * consumed;
    this.#known.seconds += heard;
    if (this.#known.bytes < MEMORY) return;
    this.#known.bytes /= 2;
    this.#known.seconds /= 2;
  }
}
