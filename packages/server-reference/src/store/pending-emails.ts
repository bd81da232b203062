/**
 * Changes of an email that wait for their code: at most one an account, a complete key record for the new address beside the one in
 * force. It reserves nothing: whoever has an account of the new address by then keeps it.
 */
import type { Connection, Store } from './index.js';
import type { HashedKeys } from './accounts.js';

/** A change that waits. */
export interface PendingChange {
  accountId: string;
  keys: HashedKeys;
  expiresAt: string;
}

/** Keeps a change, in the place of an earlier one, and clears away those of everybody that have run out. */
export async function putPendingEmail(
  store: Store,
  { accountId, keys, expiresAt }: PendingChange,
  now: Date,
): Promise<void> {
  const columns = {
    email: keys.email,
    salt: keys.salt,
    iterations: keys.iterations,
    key_version: keys.keyVersion,
    auth_hash: keys.authHash,
    wrap_password: keys.wraps.password,
    expires_at: expiresAt,
  };
  await store.db.deleteFrom('pending_emails').where('expires_at', '<=', now.toISOString()).execute();
  await store.db
    .insertInto('pending_emails')
    .values({ account_id: accountId, ...columns })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute();
}

/** The change of an account that waits, if it has one that has not run out. */
export async function findPendingEmail(
  db: Connection,
  accountId: string,
  now: Date,
): Promise<PendingChange | undefined> {
  return (await select(db, now).where('account_id', '=', accountId).execute()).map(changeOf)[0];
}

/** Every change that waits, the one that runs out first before the others. */
export async function listPendingEmails(db: Connection, now: Date): Promise<PendingChange[]> {
  return (await select(db, now).orderBy('expires_at').execute()).map(changeOf);
}

/** Forgets the change of an account; with `authHash` only if it is still that one. Says whether there was any. */
export async function deletePendingEmail(
  db: Connection,
  accountId: string,
  authHash?: string,
): Promise<boolean> {
  const found = db.deleteFrom('pending_emails').where('account_id', '=', accountId);
  const { numDeletedRows } = await (
    authHash === undefined ? found : found.where('auth_hash', '=', authHash)
  ).executeTakeFirst();
  return numDeletedRows === 1n;
}

function select(db: Connection, now: Date) {
  return db.selectFrom('pending_emails').selectAll().where('expires_at', '>', now.toISOString());
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const changeOf = (row: Row): PendingChange => ({
  accountId: row.account_id,
  keys: {
    email: row.email,
    salt: row.salt,
    iterations: row.iterations,
    keyVersion: row.key_version,
    authHash: row.auth_hash,
    wraps: { password: row.wrap_password },
  },
  expiresAt: row.expires_at,
});
