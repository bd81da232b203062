/** How many live streams there are at once: in all, and of one account, which can have three quarters of the places. */
import { HttpError } from '../http-error.js';

/** Counts the places of live streams. */
export class StreamPlaces {
  readonly #perAccount = new Map<string, number>();
  #taken = 0;

  /** @param total places */
  constructor(readonly total: number) {}

  /** Places taken. */
  get taken(): number {
    return this.#taken;
  }

  /** @throws {HttpError} `busy` when there is no place for this account. */
  check(account: string): void {
    const mine = this.#perAccount.get(account) ?? 0;
    if (this.#taken >= this.total || mine >= Math.ceil(0.75 * this.total))
      throw new HttpError(
        'busy',
        `This server has ${this.total} places for live streams, and they are taken.`,
        {
          retryAfter: 10,
        },
      );
  }

  /**
   * Takes a place; returns how to give it back, once.
   *
   * @throws {HttpError} `busy`
   */
  take(account: string): () => void {
    this.check(account);
    this.#taken++;
    this.#perAccount.set(account, (this.#perAccount.get(account) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken--;
      const mine = (this.#perAccount.get(account) ?? 0) - 1;
      if (mine > 0) this.#perAccount.set(account, mine);
      else this.#perAccount.delete(account);
    };
  }
}
