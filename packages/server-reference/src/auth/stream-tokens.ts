/**
 * Tokens that open one stream each, within a minute: what a browser, which can send no header with a WebSocket, puts into the
 * address instead of its session's token. In memory, as hashes, where a restart forgets them; or in the store of several servers,
 * where another one than the one that made a token takes it back.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { StreamToken } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Store } from '../store/index.js';

const LIFETIME_MS = 60_000;
const MOST = 10_000;
const MOST_PER_ACCOUNT = 100;

/** Makes and takes back stream tokens. */
export interface StreamTokenBook {
  /** @throws {HttpError} `rate_limited` when the account, or everybody, has too many that are not used. */
  create(account: string): StreamToken | Promise<StreamToken>;
  /** The account that a token is of, this once; undefined when it is unknown, used or too old. */
  redeem(token: string): string | undefined | Promise<string | undefined>;
}

/** The book that fits a store. */
export const streamTokensOf = (store: Store): StreamTokenBook =>
  store.isShared ? new SharedStreamTokens(store) : new StreamTokens();

/** Tokens in memory. */
export class StreamTokens implements StreamTokenBook {
  /** By hash, oldest first. */
  readonly #waiting = new Map<string, { account: string; expires: number }>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  create(account: string): StreamToken {
    const now = this.#clock();
    for (const [hash, { expires }] of this.#waiting) {
      if (expires > now) break;
      this.#waiting.delete(hash);
    }
    const mine = [...this.#waiting.values()].filter((entry) => entry.account === account).length;
    if (mine >= MOST_PER_ACCOUNT || this.#waiting.size >= MOST) throw tooMany();
    const { token, expires } = newToken(now);
    this.#waiting.set(hashOf(token), { account, expires });
    return { token, expiresAt: new Date(expires).toISOString() };
  }

  redeem(token: string): string | undefined {
    const hash = hashOf(token);
    const entry = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    return entry !== undefined && entry.expires > this.#clock() ? entry.account : undefined;
  }
}

class SharedStreamTokens implements StreamTokenBook {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async create(account: string): Promise<StreamToken> {
    const { db } = this.#store;
    const now = Date.now();
    const mine = await db
      .selectFrom('shared_stream_tokens')
      .select('token_hash')
      .where('account_id', '=', account)
      .where('expires_at', '>', now)
      .limit(MOST_PER_ACCOUNT)
      .execute();
    if (mine.length >= MOST_PER_ACCOUNT) throw tooMany();
    const { token, expires } = newToken(now);
    const row = { token_hash: hashOf(token), account_id: account, expires_at: expires };
    await db.insertInto('shared_stream_tokens').values(row).execute();
    return { token, expiresAt: new Date(expires).toISOString() };
  }

  async redeem(token: string): Promise<string | undefined> {
    const row = await this.#store.db
      .deleteFrom('shared_stream_tokens')
      .where('token_hash', '=', hashOf(token))
      .returning(['account_id', 'expires_at'])
      .executeTakeFirst();
    return row !== undefined && row.expires_at > Date.now() ? row.account_id : undefined;
  }
}

const newToken = (now: number) => ({
  token: randomBytes(32).toString('base64url'),
  expires: now + LIFETIME_MS,
});

const tooMany = () => new HttpError('rate_limited', undefined, { retryAfter: LIFETIME_MS / 1000 });

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
