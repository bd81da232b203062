/**
 * The vault: an account's own transcripts, sealed under a key that only the account's password opens (docs/formats.md, sealed-v1).
 */
import type { OpenAccount } from './account.js';
import { SealscribeError } from './errors.js';
import type { FreshnessStore } from './freshness.js';
import type { Http } from './http.js';
import { MemoryCache, type CacheStore } from './search/cache.js';
import { vaultSpace } from './space.js';
import { Transcripts } from './transcripts.js';

/** An unlocked vault. */
export class Vault extends Transcripts {
  readonly accountId: string;
  readonly #keys: { accountKey: CryptoKey | undefined };

  constructor(
    http: Http,
    freshness: FreshnessStore,
    { accountId, accountKey }: OpenAccount,
    cache: CacheStore = new MemoryCache(),
  ) {
    const keys: { accountKey: CryptoKey | undefined } = { accountKey };
    const openKey = () => {
      if (!keys.accountKey)
        throw new SealscribeError('locked', 'The vault is locked: unlock it with the password.');
      return keys.accountKey;
    };
    super(vaultSpace(http, freshness, accountId, openKey), cache);
    this.accountId = accountId;
    this.#keys = keys;
  }

  /** Forgets the key; every later call throws SealscribeError "locked". */
  lock(): void {
    this.#keys.accountKey = undefined;
    this.forgetOpened();
  }
}
