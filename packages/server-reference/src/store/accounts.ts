/**
 * Accounts and their key records (docs/formats.md, account-v1). A key record changes whole, in one transaction, and only from
 * the version that its writer has seen; every other session ends with it.
 */
import type { KeyRecord, StoredKeys } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Connection, Store } from './index.js';

/** A key record whose auth key has been hashed. */
export interface HashedKeys extends Omit<KeyRecord, 'authKey'> {
  authHash: string;
}

/** What stands about an account beside its sealed bytes. */
export interface Account extends HashedKeys {
  id: string;
}

/**
 * Stores a new account.
 *
 * @throws HttpError `email_taken`, `id_taken`
 */
export async function createAccount(store: Store, account: Account, now: Date): Promise<void> {
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
export function storedKeysOf({ id, email, salt, iterations, keyVersion, wraps }: Account): StoredKeys {
  return { accountId: id, email, salt, iterations, keyVersion, wraps };
}

/**
 * Puts a new key record in the place of version `keys.keyVersion - 1` and ends every session but the one given by its hash.
 * The old wrap and hash are gone from the disk when this returns.
 *
 * @throws HttpError `revision_conflict`, `email_taken`
 */
export async function replaceKeys(
  store: Store,
  accountId: string,
  keys: HashedKeys,
  keptSession: string,
  now: Date,
): Promise<void> {
  await store.db.transaction().execute(async (db) => {
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
      .where('token_hash', '!=', keptSession)
      .execute();
  });
  await store.scrub();
}

function selectAccounts(db: Connection) {
  return db
    .selectFrom('accounts')
    .select(['id', 'email', 'salt', 'iterations', 'key_version', 'auth_hash', 'wrap_password']);
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>['executeTakeFirstOrThrow']>>;

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { id, email, salt, iterations } = row;
  return {
    id,
    email,
    salt,
    iterations,
    keyVersion: row.key_version,
    authHash: row.auth_hash,
    wraps: { password: row.wrap_password },
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
    updated_at: now.toISOString(),
  };
}
