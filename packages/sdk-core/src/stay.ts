/**
 * Staying signed in on a device (docs/formats.md, account-v1): off unless a person asks for it. What is kept opens the vault without the
 * password until the session ends; the password itself is never kept. Where and how is the platform's choice: a browser can keep a
 * CryptoKey that no script reads out, Node keeps the account key sealed under a key that the system's keyring holds.
 */
import { importDeviceKey, openKeptAccountKey, rewrapAccountKey } from '@sealscribe/crypto';
import { routes, storedKeysSchema, type Session } from '@sealscribe/protocol';
import { wrapOf } from './account-proof.js';
import type { OpenAccount, ProvenAccount } from './account.js';
import { ApiError } from './errors.js';
import { badAnswer, type Http } from './http.js';
import { verified } from './integrity.js';

/** An account as it is opened from what a device kept. */
export interface KeptAccount extends OpenAccount {
  session: Session;
}

/** An account that is to be kept: as it is, where a CryptoKey can be stored, or sealed. */
export interface KeepableAccount extends KeptAccount {
  /**
   * The account key sealed under a device key of the store's, for {@link openKeptAccount}: 104 bytes.
   * @param deviceKey 32 random bytes.
   */
  sealFor(deviceKey: Uint8Array): Promise<Uint8Array>;
}

/** Where accounts are kept, at most one for each server (its address without a slash at the end). */
export interface StayStore {
  /** Keeps an account, in the place of an earlier one. */
  keep(server: string, account: KeepableAccount): Promise<void>;
  /** The account that is kept; undefined where there is none, or what was kept cannot be opened any more. */
  load(server: string): Promise<KeptAccount | undefined>;
  /** Forgets the account, if there is one. */
  forget(server: string): Promise<void>;
}

/** Keeps and resumes the account of one client. */
export class Stay {
  constructor(
    private readonly http: Http,
    private readonly store: StayStore | undefined,
  ) {}

  /** @throws TypeError without a store */
  async keep(account: ProvenAccount): Promise<void> {
    const { accountId, accountKey } = account;
    const { session, server } = this.http;
    if (!this.store) throw new TypeError('stay needs the option `stay`: where to keep the account');
    if (!session) throw new TypeError('stay needs a session: an API key is no sign-in');
    const from = wrapOf(account);
    const sealFor = async (bytes: Uint8Array) => {
      const deviceKey = await importDeviceKey(bytes);
      return verified(() => rewrapAccountKey(from, { deviceKey, accountId }));
    };
    await this.store.keep(server, { accountId, accountKey, session, sealFor });
  }

  /** What was kept, if its session is still good; what is not is forgotten. */
  async resume(): Promise<OpenAccount | undefined> {
    const kept = await this.store?.load(this.http.server);
    if (!kept) return undefined;
    const { accountId, accountKey, session } = kept;
    const before = this.http.session;
    this.http.session = session;
    try {
      const keys = await this.http.json(routes.getKeys, storedKeysSchema);
      if (keys.accountId !== accountId || session.accountId !== accountId) throw badAnswer();
      return { accountId, accountKey };
    } catch (failure) {
      this.http.session = before;
      if (!(failure instanceof ApiError && failure.status === 401)) throw failure;
      await this.forget();
      return undefined;
    }
  }

  /** Forgets what was kept. */
  async forget(): Promise<void> {
    await this.store?.forget(this.http.server);
  }
}

/**
 * Opens what {@link KeepableAccount.sealFor} sealed, for stores that keep it so.
 * @throws IntegrityError "authentication_failed" or "malformed" for another device key or account
 */
export async function openKeptAccount(
  session: Session,
  wrap: Uint8Array,
  deviceKey: Uint8Array,
): Promise<KeptAccount> {
  const { accountId } = session;
  const key = await importDeviceKey(deviceKey);
  return { accountId, accountKey: await verified(() => openKeptAccountKey(key, accountId, wrap)), session };
}
