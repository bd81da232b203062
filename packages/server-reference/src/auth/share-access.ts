/**
 * The access token of a link: 32 bytes that a viewer derives from the link and sends in `Authorization: Bearer`. The server knows its
 * hash alone. Wrong tokens are counted, so that whoever has a link and not its password cannot try many: few from one address on one
 * link, more on a link from everywhere, so that a single guesser cannot lock everybody else out. A right token takes nothing
 * back: it is not the guesser's.
 */
import { createHash } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';
import type { Store } from '../store/index.js';
import type { Attempts } from './lockout.js';
import { attemptsOf } from './shared-lockout.js';

const shared = { firstWait: 1, longestWait: 900, memory: 3600, keys: 10_000 };
/** Wrong tokens without a wait. */
const FREE_PER_SHARE_AND_ADDRESS = 10;
const FREE_PER_ADDRESS = 50;
const FREE_PER_SHARE = 100;

/**
 * SHA-256 of the access token that a request carries.
 *
 * @throws HttpError `unauthorized` when it carries none
 */
export function accessHashOf(request: FastifyRequest): Buffer {
  const [, token] = /^Bearer ([A-Za-z0-9_-]{43})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined)
    throw new HttpError('unauthorized', 'Send the access token of the link in the header Authorization.');
  return createHash('sha256').update(Buffer.from(token, 'base64url')).digest();
}

/** Counts wrong tokens. */
export class ShareGuesses {
  readonly #lockouts: readonly { keyOf: (id: string, address: string) => string; lockout: Attempts }[];

  constructor(store: Store, clock: () => number) {
    const lockout = (kind: string, free: number) => attemptsOf(store, kind, { ...shared, free, clock });
    this.#lockouts = [
      {
        keyOf: (id, address) => `${id} ${address}`,
        lockout: lockout('share-and-address', FREE_PER_SHARE_AND_ADDRESS),
      },
      { keyOf: (_id, address) => address, lockout: lockout('address-of-viewer', FREE_PER_ADDRESS) },
      { keyOf: (id) => id, lockout: lockout('share', FREE_PER_SHARE) },
    ];
  }

  /**
   * Lets a token pass, or counts it.
   *
   * @throws HttpError `locked_out` while this share or this address has to wait, whatever the token; `wrong_credentials`
   */
  async judge(id: string, ip: string, isRight: boolean): Promise<void> {
    const address = normalizeIP(ip, 64);
    const lockedOut = (wait: number) => new HttpError('locked_out', undefined, { retryAfter: wait });
    const waits = await Promise.all(
      this.#lockouts.map(async ({ keyOf, lockout }) => lockout.waitOf(keyOf(id, address))),
    );
    if (Math.max(...waits) > 0) throw lockedOut(Math.max(...waits));
    if (isRight) return;
    for (const { keyOf, lockout } of this.#lockouts) {
      // Others may have come in the meantime.
      const wait = await lockout.count(keyOf(id, address));
      if (wait > 0) throw lockedOut(wait);
    }
    throw new HttpError('wrong_credentials', 'The link or its password is wrong.');
  }
}
