/**
 * Changes of an account's keys (docs/formats.md, account-v1): another password, more iterations, another recovery key, recovery
 * itself, another account key. The key record changes whole, from the version that was read; where another device was faster,
 * everything starts again from what is there then. No transcript is opened or touched, but for the keys that seal them.
 */
import {
  createAccountKey,
  decodeBase64url,
  deriveRecoveryAuthKey,
  encodeBase64url,
  normalizeEmail,
  recoverAccountKey,
  rewrapAccountKey,
  sealIndex,
} from '@sealscribe/crypto';
import {
  INDEX_MATCH_HEADER,
  recoverAnswerSchema,
  replaceKeysAnswerSchema,
  rotateAnswerSchema,
  routes,
  sessionSchema,
} from '@sealscribe/protocol';
import {
  keyRecord,
  refuseWeak,
  type Accounts,
  type Credentials,
  type OpenAccount,
  type ProvenAccount,
  type Target,
} from './account.js';
import { authKeyOf, untilFirst, wrapOf } from './account-proof.js';
import { ApiError, SealscribeError } from './errors.js';
import type { FreshnessStore } from './freshness.js';
import { badAnswer, type Http } from './http.js';
import { verified } from './integrity.js';
import { onDemand } from './on-demand.js';
import { rewrapLinks } from './shares/vault-shares.js';
import { rewrapTranscripts, toRekeyed } from './rekey.js';
import { vaultSpace } from './space.js';
import { VaultListing, type IndexState } from './vault-listing.js';

/** What to change about the keys of an account; what is not named stays. */
export interface KeyChange {
  password?: string;
  /** PBKDF2 iterations: at least what the account has now. */
  iterations?: number;
  /** See `newRecoveryWords`; null takes the recovery key away. */
  recoveryWords?: string | null;
}

/** What a recovery needs and sets. */
export interface Recovery {
  email: string;
  recoveryWords: string;
  newPassword: string;
  /** The old ones have been typed somewhere and are of no use afterwards. */
  newRecoveryWords: string;
}

/** Changes the keys of accounts on one server. */
export class AccountKeys {
  constructor(
    private readonly http: Http,
    private readonly freshness: FreshnessStore,
    private readonly accounts: Accounts,
  ) {}

  /**
   * Changes password, iterations or recovery key. Every other session ends.
   * @throws WrongPasswordError; SealscribeError "bad_recovery_words" or "weak_password"; RangeError for fewer iterations than there are
   */
  async change(credentials: Credentials, change: KeyChange): Promise<void> {
    if (change.password !== undefined) await refuseWeak(change.password, credentials.email);
    const recoveryKey = change.recoveryWords == null ? undefined : await recoveryKeyOf(change.recoveryWords);
    await untilFirst(this.http, async () => {
      const proven = await this.accounts.unlock(credentials);
      const { keys } = proven;
      const iterations = change.iterations ?? keys.iterations;
      if (iterations < keys.iterations)
        throw new RangeError(`iterations must be at least the ${keys.iterations} of the account`);
      const next = await this.#next(proven, {
        password: change.password ?? credentials.password,
        iterations,
      });
      const from = wrapOf(proven);
      const record = await keyRecord(
        next,
        await verified(() => rewrapAccountKey(from, next)),
        recoveryKey && { recoveryKey, from },
      );
      const removed = change.recoveryWords === null ? { recovery: null } : {};
      await this.http.json(routes.putKeys, replaceKeysAnswerSchema, {
        json: { authKey: await authKeyOf(proven), keys: { ...record, ...removed } },
        headers: { 'if-match': `"${keys.keyVersion}"` },
        repeatable: false,
      });
      await this.accounts.wrote(next);
    });
  }

  /**
   * Opens an account without its password, and gives it a new password and a new recovery key. Every session ends but the new one.
   * @throws SealscribeError "wrong_recovery_words", "bad_recovery_words" or "weak_password"
   */
  async recover(recovery: Recovery): Promise<OpenAccount> {
    const email = normalizeEmail(recovery.email);
    await refuseWeak(recovery.newPassword, email);
    const recoveryKey = await recoveryKeyOf(recovery.recoveryWords);
    const nextRecoveryKey = await recoveryKeyOf(recovery.newRecoveryWords);
    const proof = { email, recoveryAuthKey: encodeBase64url(await deriveRecoveryAuthKey(recoveryKey)) };
    return untilFirst(this.http, async () => {
      const { accountId, keyVersion, wrap } = await this.http
        .json(routes.recover, recoverAnswerSchema, { json: proof })
        .catch(refuseWords);
      const from = { recoveryKey, accountId, wrap: decodeBase64url(wrap) };
      const accountKey = await verified(() => recoverAccountKey(recoveryKey, accountId, from.wrap));
      const next = await this.accounts.newRoot({
        accountId,
        email,
        password: recovery.newPassword,
        iterations: this.accounts.newIterations,
        keyVersion: keyVersion + 1,
      });
      const record = await keyRecord(next, await rewrapAccountKey(from, next), {
        recoveryKey: nextRecoveryKey,
        from,
      });
      const session = await this.http
        .json(routes.putKeysByRecovery, sessionSchema, {
          json: { ...proof, keys: record },
          headers: { 'if-match': `"${keyVersion}"` },
          repeatable: false,
        })
        .catch(refuseWords);
      if (session.accountId !== accountId) throw badAnswer();
      await this.accounts.wrote(next);
      this.http.session = session;
      return { accountId, accountKey };
    });
  }

  /**
   * Puts a new account key in the place of the old one, so that what is written from now on is closed to somebody who has the old
   * password and an old copy of the server's data. Each transcript gets a new key of its own with its next change.
   * @throws WrongPasswordError; IntegrityError; SealscribeError "bad_recovery_words"
   */
  async rotate(credentials: Credentials, newRecoveryWords: string): Promise<OpenAccount> {
    const recoveryKey = await recoveryKeyOf(newRecoveryWords);
    const rotation = await onDemand(import('./workspaces/rotate-secrets.js'));
    return untilFirst(this.http, async () => {
      const proven = await this.accounts.unlock(credentials);
      const { accountId, keys } = proven;
      const { password } = credentials;
      const next = await this.#next(proven, { password, iterations: keys.iterations });
      const { accountKey, wrap } = await createAccountKey(next.root, next.context);
      const space = vaultSpace(this.http, this.freshness, accountId, () => proven.accountKey);
      const before = await new VaultListing(space).fetch();
      const index = await this.#indexFor(accountKey, accountId, before);
      const answer = await this.http.json(routes.rotateKeys, rotateAnswerSchema, {
        json: {
          authKey: await authKeyOf(proven),
          keys: await keyRecord(next, wrap, { recoveryKey, from: { ...next, wrap } }),
          transcriptKeys: await rewrapTranscripts(
            space,
            before.index,
            { accountId, key: proven.accountKey },
            { accountId, key: accountKey },
          ),
          shareLinks: await rewrapLinks(this.http, proven, { accountKey }),
          ...(await rotation.resealSecrets(this.http, proven, accountKey)),
          index: index ? encodeBase64url(index.sealed) : '',
        },
        headers: {
          'if-match': `"${keys.keyVersion}"`,
          [INDEX_MATCH_HEADER]: `"${before.revision}"`,
        },
        repeatable: false,
      });
      await this.accounts.wrote(next);
      if (index && answer.indexRevision !== index.mark.revision) throw badAnswer();
      await space.freshness.seeIndex(index?.mark);
      return { accountId, accountKey };
    });
  }

  /** The index under the new key; every transcript in it is to get a new key with its next change. */
  async #indexFor(accountKey: CryptoKey, accountId: string, { revision, index, mark }: IndexState) {
    if (!mark) return undefined;
    const indexRevision = revision + 1;
    const ids = { accountId, indexRevision };
    const { sealed, sha256 } = await sealIndex(accountKey, ids, toRekeyed(index));
    return { sealed, mark: { revision: indexRevision, sha256 } };
  }

  #next(
    { accountId, email, keys }: ProvenAccount,
    derivation: { password: string; iterations: number },
  ): Promise<Target> {
    return this.accounts.newRoot({ accountId, email, keyVersion: keys.keyVersion + 1, ...derivation });
  }
}

function refuseWords(failure: unknown): never {
  if (failure instanceof ApiError && failure.code === 'wrong_credentials')
    throw new SealscribeError(
      'wrong_recovery_words',
      'The email or the recovery words are wrong, or the account has no recovery key.',
    );
  throw failure;
}

async function recoveryKeyOf(words: string): Promise<CryptoKey> {
  return (await onDemand(import('./recovery-words.js'))).recoveryKeyOf(words);
}
