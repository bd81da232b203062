/**
 * Checks that somebody holds the auth key of an email, with every check counted against the email and the address it came
 * from. Known and unknown emails get the same answers, the same work and the same waits.
 */
import { normalizeIP } from '@fastify/rate-limit';
import { HttpError } from '../http-error.js';
import { findAccountByEmail, type Account } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import { verifyAuthKey } from './auth-key.js';
import { Lockout } from './lockout.js';

const shared = { firstWait: 1, longestWait: 900, memory: 3600, keys: 10_000 };
/** Failures without a wait; an address may stand for a whole office. */
const FREE_PER_EMAIL = 10;
const FREE_PER_ADDRESS = 50;

/** The one place where auth keys are checked. */
export class Credentials {
  readonly #store: Store;
  readonly #emails: Lockout;
  readonly #addresses: Lockout;

  constructor(store: Store, clock: () => number) {
    this.#store = store;
    this.#emails = new Lockout({ ...shared, free: FREE_PER_EMAIL, clock });
    this.#addresses = new Lockout({ ...shared, free: FREE_PER_ADDRESS, clock });
  }

  /**
   * The account whose normalised email and auth key (of the password, or of the recovery key) these are.
   *
   * @throws HttpError `wrong_credentials`, `locked_out`
   */
  async check(
    email: string,
    authKey: string,
    ip: string,
    of: 'password' | 'recovery' = 'password',
  ): Promise<Account> {
    const address = normalizeIP(ip, 64);
    const wait = Math.max(this.#emails.waitOf(email), this.#addresses.waitOf(address));
    if (wait > 0) throw new HttpError('locked_out', undefined, { retryAfter: wait });
    this.#emails.count(email);
    this.#addresses.count(address);
    const account = await findAccountByEmail(this.#store.db, email);
    const hash = of === 'password' ? account?.authHash : account?.recovery?.authHash;
    const right = await verifyAuthKey(authKey, hash);
    if (account === undefined || !right) throw new HttpError('wrong_credentials');
    this.#emails.forget(email);
    this.#addresses.forgive(address);
    return account;
  }
}
