/**
 * Tokens that open one stream each, within a minute: what a browser, which can send no header with a WebSocket, puts into the
 * address instead of its session's token. In memory, as hashes; a restart forgets them.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { StreamToken } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';

const LIFETIME_MS = 60_000;
const MOST = 10_000;
const MOST_PER_ACCOUNT = 100;

/** Makes and takes back stream tokens. */
export class StreamTokens {
  /** By hash, oldest first. */
  readonly #waiting = new Map<string, { account: string; expires: number }>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** @throws {HttpError} `rate_limited` when the account, or everybody, has too many that are not used. */
  create(account: string): StreamToken {
    const now = this.#clock();
    for (const [hash, { expires }] of this.#waiting) {
      if (expires > now) break;
      this.#waiting.delete(hash);
    }
    const mine = [...this.#waiting.values()].filter((entry) => entry.account === account).length;
    if (mine >= MOST_PER_ACCOUNT || this.#waiting.size >= MOST)
      throw new HttpError('rate_limited', undefined, { retryAfter: LIFETIME_MS / 1000 });
    const token = randomBytes(32).toString('base64url');
    const expires = now + LIFETIME_MS;
    this.#waiting.set(hashOf(token), { account, expires });
    return { token, expiresAt: new Date(expires).toISOString() };
  }

  /** The account that a token is of, this once; undefined when it is unknown, used or too old. */
  redeem(token: string): string | undefined {
    const hash = hashOf(token);
    const entry = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    return entry !== undefined && entry.expires > this.#clock() ? entry.account : undefined;
  }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
