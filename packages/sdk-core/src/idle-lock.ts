/**
 * Holds the key of an opened vault, and lets go of it when the vault is locked: by its owner, or by itself after a time in which nobody
 * used it. The time is checked at every use too, because timers sleep when a computer does.
 */
import { SealscribeError } from './errors.js';

/** The longest that a timer can wait, in seconds. */
const LONGEST = 2_147_483;

/** @throws RangeError when it is no number of seconds that a timer can wait */
export function checkLockAfter(lockAfter: number | undefined): void {
  if (lockAfter !== undefined && !(lockAfter > 0 && lockAfter <= LONGEST))
    throw new RangeError(`lockAfter must be a number of seconds over 0 and at most ${LONGEST}`);
}

/** A key that is there until it is locked. */
export class HeldKey {
  #key: CryptoKey | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #until = Infinity;

  /**
   * @param options.lockAfter Seconds without use; never without it.
   * @param options.onLock Called once, when the key is let go of.
   */
  constructor(
    key: CryptoKey,
    private readonly options: { lockAfter: number | undefined; now: () => number; onLock: () => void },
  ) {
    this.#key = key;
    this.#startTime();
  }

  /** The key, for one use. @throws SealscribeError "locked" */
  use(): CryptoKey {
    this.touch();
    if (!this.#key) throw new SealscribeError('locked', 'The vault is locked: unlock it with the password.');
    return this.#key;
  }

  /** Counts as a use, where the key is still there: another thread has used it. */
  touch(): void {
    if (this.options.now() >= this.#until) this.lock();
    if (this.#key) this.#startTime();
  }

  /** Lets go of the key. */
  lock(): void {
    clearTimeout(this.#timer);
    if (!this.#key) return;
    this.#key = undefined;
    this.options.onLock();
  }

  #startTime(): void {
    const { lockAfter, now } = this.options;
    if (lockAfter === undefined) return;
    clearTimeout(this.#timer);
    this.#until = now() + lockAfter * 1000;
    this.#timer = setTimeout(() => this.lock(), lockAfter * 1000);
    // In Node a timer that waits for nobody must not keep the process alive; browsers give a number.
    if (typeof this.#timer === 'object') (this.#timer as { unref?: () => void }).unref?.();
  }
}
