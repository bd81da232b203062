/**
 * Failed attempts that several servers count together, in the store that they share. What lockout.ts says holds here too; each
 * change is one statement, so that attempts at several servers at once do not slip through.
 */
import { sql } from 'kysely';
import type { Store } from '../store/index.js';
import { sharedKey } from '../store/shared-tables.js';
import { Lockout, type Attempts, type LockoutOptions } from './lockout.js';

/** Attempts of one kind: in memory, or in the store where several servers have to agree. */
export function attemptsOf(store: Store, kind: string, options: LockoutOptions): Attempts {
  return store.isShared ? new SharedLockout(store, kind, options) : new Lockout(options);
}

class SharedLockout implements Attempts {
  readonly #store: Store;
  readonly #kind: string;
  readonly #options: LockoutOptions;

  constructor(store: Store, kind: string, options: LockoutOptions) {
    this.#store = store;
    this.#kind = kind;
    this.#options = options;
  }

  #keyOf(key: string): string {
    return sharedKey(this.#store, this.#kind, key);
  }

  async waitOf(key: string): Promise<number> {
    const now = this.#options.clock();
    const row = await this.#store.db
      .selectFrom('shared_attempts')
      .select('blocked_until')
      .where('key', '=', this.#keyOf(key))
      .where('forget_at', '>', now)
      .executeTakeFirst();
    return row === undefined ? 0 : Math.max(0, (row.blocked_until - now) / 1000);
  }

  async count(key: string): Promise<number> {
    const { free, firstWait, longestWait, memory, clock } = this.#options;
    const now = clock();
    const forgetAt = now + memory * 1000;
    const first = { count: 1, last: now, blocked_until: free < 1 ? now + firstWait * 1000 : 0 };
    const isForgotten = sql<boolean>`shared_attempts.forget_at <= ${now}`;
    const next = sql<number>`case when ${isForgotten} then 1 else shared_attempts.count + 1 end`;
    // As waitAfter in lockout.ts; the exponent is bounded, since the longest wait is reached long before. A free attempt
    // blocks until never, not until now: for a server whose clock is behind, now is still to come.
    const blockedUntil = sql<number>`case when ${next} > ${free}
      then ${now} + least(${longestWait * 1000}, ${firstWait * 1000} * power(2, least(30, ${next} - ${free} - 1)))::bigint
      else 0 end`;
    const counted = await this.#store.db
      .insertInto('shared_attempts')
      .values({ key: this.#keyOf(key), ...first, forget_at: forgetAt })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet({
            count: next,
            last: now,
            blocked_until: blockedUntil,
            forget_at: forgetAt,
          })
          .where(sql<boolean>`${isForgotten} or shared_attempts.blocked_until <= ${now}`),
      )
      .returning('count')
      .executeTakeFirst();
    // Blocked in the meantime, or free again just now: the shortest wait is enough then.
    return counted === undefined ? Math.max(await this.waitOf(key), 0.001) : 0;
  }

  async forgive(key: string): Promise<void> {
    const row = await this.#store.db
      .updateTable('shared_attempts')
      .set((was) => ({ count: was('count', '-', 1), blocked_until: 0 }))
      .where('key', '=', this.#keyOf(key))
      .returning('count')
      .executeTakeFirst();
    if (row !== undefined && row.count <= 0)
      await this.#store.db
        .deleteFrom('shared_attempts')
        .where('key', '=', this.#keyOf(key))
        .where('count', '<=', 0)
        .execute();
  }

  async forget(key: string): Promise<void> {
    await this.#store.db.deleteFrom('shared_attempts').where('key', '=', this.#keyOf(key)).execute();
  }
}
