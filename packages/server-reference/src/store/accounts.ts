/**
 * Accounts and their key records (docs/formats.md, account-v1). A key record changes whole, in one transaction, and only from
 * the version that its writer has seen; every other session ends with it.
 */
import type { KeyRecord, StoredKeys } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Connection, Store } from './index.js';

/** What a recovery key opens, and the hash of what proves it. */
export interface Recovery {
  authHash: string;
  wrap: string;
}

/** A key record whose auth keys have been hashed. Without `recovery` the one in force stays. */
export interface HashedKeys extends Omit<KeyRecord, 'authKey' | 'recovery'> {
  authHash: string;
  recovery?: Recovery | null;
}

/** What stands about an account beside its sealed bytes. */
export interface Account extends HashedKeys {
  id: string;
  recovery: Recovery | null;
}

/**
 * Stores a new account.
 *
 * @throws HttpError `email_taken`, `id_taken`
 */
export async function createAccount(
  store: Store,
  account: HashedKeys & { id: string },
  now: Date,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('accounts')
    .values({
      id: account.id,
      ...columnsOf(account, now),
      stored_bytes: 0,
      created_at: now.toISOString(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return;
  throw new HttpError((await findAccountByEmail(store.db, account.email)) ? 'email_taken' : 'id_taken');
}

/** The account with this normalised email, if there is one. */
export async function findAccountByEmail(db: Connection, email: string): Promise<Account | undefined> {
  return selectAccounts(db).where('email', '=', email).executeTakeFirst().then(accountOf);
}

/**
 * The account with this id.
 *
 * @throws HttpError `unauthorized` when it was deleted meanwhile
 */
export async function readAccount(db: Connection, id: string): Promise<Account> {
  const account = accountOf(await selectAccounts(db).where('id', '=', id).executeTakeFirst());
  if (account === undefined) throw new HttpError('unauthorized');
  return account;
}

/** A key record as its owner may read it. */
export function storedKeysOf(account: Account): StoredKeys {
  const { id, email, salt, iterations, keyVersion, wraps, recovery } = account;
  return { accountId: id, email, salt, iterations, keyVersion, wraps, recovery: recovery !== null };
}

/**
 * Puts a new key record in the place of version `keys.keyVersion - 1`, ends every session but the one given by its hash and
 * drops a change of the email that waits.
 * `also` runs in the same transaction. The old wraps and hashes are gone from the disk when this returns.
 *
 * @throws HttpError `revision_conflict`, `email_taken`, and what `also` throws
 */
export async function replaceKeys<T>(
  store: Store,
  accountId: string,
  keys: HashedKeys,
  keptSession: string | undefined,
  now: Date,
  also: (db: Connection) => Promise<T>,
): Promise<T> {
  const result = await store.transact(async (db) => {
    const owner = await findAccountByEmail(db, keys.email);
    if (owner !== undefined && owner.id !== accountId) throw new HttpError('email_taken');
    const { numUpdatedRows } = await db
      .updateTable('accounts')
      .set(columnsOf(keys, now))
      .where('id', '=', accountId)
      .where('key_version', '=', keys.keyVersion - 1)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new HttpError('revision_conflict');
    await db
      .deleteFrom('sessions')
      .where('account_id', '=', accountId)
      .where('token_hash', '!=', keptSession ?? '')
      .execute();
    const made = await also(db);
    // It was made from the record that is gone now.
    await db.deleteFrom('pending_emails').where('account_id', '=', accountId).execute();
    return made;
  });
  await store.scrub();
  return result;
}

function selectAccounts(db: Connection) {
  return db
    .selectFrom('accounts')
    .select(['id', 'email', 'salt', 'iterations', 'key_version', 'auth_hash', 'wrap_password'])
    .select(['recovery_auth_hash', 'wrap_recovery']);
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>['executeTakeFirstOrThrow']>>;

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { id, email, salt, iterations, recovery_auth_hash: authHash, wrap_recovery: wrap } = row;
  return {
    id,
    email,
    salt,
    iterations,
    keyVersion: row.key_version,
    authHash: row.auth_hash,
    wraps: { password: row.wrap_password },
    recovery: authHash === null || wrap === null ? null : { authHash, wrap },
  };
}

function columnsOf(keys: HashedKeys, now: Date) {
  return {
    email: keys.email,
    salt: keys.salt,
    iterations: keys.iterations,
    key_version: keys.keyVersion,
    auth_hash: keys.authHash,
    wrap_password: keys.wraps.password,
    ...(keys.recovery !== undefined && {
      recovery_auth_hash: keys.recovery?.authHash ?? null,
      wrap_recovery: keys.recovery?.wrap ?? null,
    }),
    updated_at: now.toISOString(),
  };
}
