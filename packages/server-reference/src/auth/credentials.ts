/**
 * Checks that somebody holds the auth key of an email, with every check counted against the email and the address it came
 * from. Known and unknown emails get the same answers, the same work and the same waits.
 */
import { normalizeIP } from '@fastify/rate-limit';
import { HttpError } from '../http-error.js';
import { findAccountByEmail, type Account } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import { verifyAuthKey } from './auth-key.js';
import type { Attempts } from './lockout.js';
import { attemptsOf } from './shared-lockout.js';

const shared = { firstWait: 1, longestWait: 900, memory: 3600, keys: 10_000 };
/** Failures without a wait; an address may stand for a whole office. */
const FREE_PER_EMAIL = 10;
const FREE_PER_ADDRESS = 50;

/** The one place where auth keys are checked. */
export class Credentials {
  readonly #store: Store;
  readonly #emails: Attempts;
  readonly #addresses: Attempts;

  constructor(store: Store, clock: () => number) {
    this.#store = store;
    this.#emails = attemptsOf(store, 'email', { ...shared, free: FREE_PER_EMAIL, clock });
    this.#addresses = attemptsOf(store, 'address', { ...shared, free: FREE_PER_ADDRESS, clock });
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
    await this.#count(email, address);
    const account = await findAccountByEmail(this.#store.db, email);
    const hash = of === 'password' ? account?.authHash : account?.recovery?.authHash;
    const right = await verifyAuthKey(authKey, hash);
    if (account === undefined || !right) throw new HttpError('wrong_credentials');
    await this.#emails.forget(email);
    await this.#addresses.forgive(address);
    return account;
  }

  /** @throws HttpError `locked_out`, and then nothing is counted */
  async #count(email: string, address: string): Promise<void> {
    const lockedOut = (wait: number) => new HttpError('locked_out', undefined, { retryAfter: wait });
    const before = Math.max(await this.#emails.waitOf(email), await this.#addresses.waitOf(address));
    if (before > 0) throw lockedOut(before);
    const ofEmail = await this.#emails.count(email);
    if (ofEmail > 0) throw lockedOut(ofEmail);
    const ofAddress = await this.#addresses.count(address);
    if (ofAddress === 0) return;
    await this.#emails.forgive(email);
    throw lockedOut(ofAddress);
  }
}
