/**
 * Slows down guessing. Each key (an email, an address) has some free failures; after them every further one doubles the wait
 * until the next attempt. An attempt counts as failed from its start and is taken back on success, so many at once do not
 * slip through. Nothing here knows whether an email has an account. State is in memory, bounded, and gone with a restart; for
 * several servers it is in their store: shared-lockout.ts.
 */

/** Failed attempts by key. */
export interface Attempts {
  /** Seconds that this key has to wait before its next attempt; 0 when it may go ahead. */
  waitOf(key: string): number | Promise<number>;
  /**
   * Counts an attempt, as failed until {@link forgive} or {@link forget} says otherwise, unless this key has to wait: gives the
   * seconds, 0 when it was counted.
   */
  count(key: string): number | Promise<number>;
  /** Takes one counted attempt back: it succeeded, which says nothing about the others from the same address. */
  forgive(key: string): void | Promise<void>;
  /** Clears a key: whoever holds it has proved who they are. */
  forget(key: string): void | Promise<void>;
}

/** How a lockout counts; times are in seconds. */
export interface LockoutOptions {
  /** Failures without a wait. */
  free: number;
  /** The wait after the first failure that is not free; it doubles from there. */
  firstWait: number;
  longestWait: number;
  /** After so long without an attempt all is forgotten. */
  memory: number;
  /** Keys remembered at once; the ones longest quiet are forgotten first. */
  keys: number;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Seconds to wait after so many failures. */
function waitAfter(count: number, { free, firstWait, longestWait }: LockoutOptions): number {
  return count > free ? Math.min(longestWait, firstWait * 2 ** (count - free - 1)) : 0;
}

interface Failures {
  count: number;
  last: number;
  blockedUntil: number;
}

/** Failed attempts in memory. */
export class Lockout implements Attempts {
  /** In order of the last attempt, the oldest first. */
  readonly #failures = new Map<string, Failures>();
  readonly #options: LockoutOptions;

  constructor(options: LockoutOptions) {
    this.#options = options;
  }

  waitOf(key: string): number {
    const failures = this.#recall(key);
    if (failures === undefined) return 0;
    return Math.max(0, (failures.blockedUntil - this.#options.clock()) / 1000);
  }

  count(key: string): number {
    const blocked = this.waitOf(key);
    if (blocked > 0) return blocked;
    const { keys, clock } = this.#options;
    const now = clock();
    const count = (this.#recall(key)?.count ?? 0) + 1;
    const wait = waitAfter(count, this.#options);
    this.#failures.delete(key);
    // A free attempt blocks until never, not until now: a clock that is set back makes now a time to come.
    this.#failures.set(key, { count, last: now, blockedUntil: wait > 0 ? now + wait * 1000 : 0 });
    if (this.#failures.size > keys) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    return 0;
  }

  forgive(key: string): void {
    const failures = this.#failures.get(key);
    if (failures === undefined) return;
    failures.count -= 1;
    failures.blockedUntil = 0;
    if (failures.count <= 0) this.#failures.delete(key);
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  #recall(key: string): Failures | undefined {
    const failures = this.#failures.get(key);
    if (failures === undefined) return undefined;
    if (failures.last + this.#options.memory * 1000 > this.#options.clock()) return failures;
    this.#failures.delete(key);
    return undefined;
  }
}
