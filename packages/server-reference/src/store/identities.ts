/**
 * Key pairs of accounts, as their owners stored them: the public key for whoever wants to invite them into a workspace, the
 * private key sealed.
 */
import type { StoredIdentity } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Connection, Store } from './index.js';

/**
 * An account's key pair.
 *
 * @throws HttpError `not_found`
 */
export async function readIdentity(db: Connection, accountId: string): Promise<StoredIdentity> {
  const found = await db
    .selectFrom('identities')
    .select(['public_key as publicKey', 'private_key as privateKey'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
  return found;
}

/**
 * Stores the key pair of an account that has none.
 *
 * @throws HttpError `conflict` when it has one
 */
export async function insertIdentity(
  store: Store,
  accountId: string,
  identity: StoredIdentity,
): Promise<void> {
  const { publicKey, privateKey } = identity;
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('identities')
    .values({ account_id: accountId, public_key: publicKey, private_key: privateKey })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) throw new HttpError('conflict');
}

/** What an account seals under its account key besides its vault. */
export interface SealedSecrets {
  /** Undefined where it has no key pair. */
  privateKey?: string | undefined;
  /** By workspace. */
  memberships?: Record<string, string> | undefined;
}

/**
 * Puts what was sealed under another account key in the place of the old, inside a transaction.
 *
 * @throws HttpError `revision_conflict` when it is not exactly what the account has
 */
export async function rotateSecrets(
  db: Connection,
  accountId: string,
  { privateKey, memberships = {} }: SealedSecrets,
): Promise<void> {
  const identity = await readIdentity(db, accountId).catch(() => undefined);
  if ((identity === undefined) !== (privateKey === undefined)) throw new HttpError('revision_conflict');
  if (privateKey !== undefined)
    await db
      .updateTable('identities')
      .set({ private_key: privateKey })
      .where('account_id', '=', accountId)
      .execute();
  const rows = await db
    .selectFrom('workspace_members')
    .select('workspace_id')
    .where('account_id', '=', accountId)
    .where('membership', 'is not', null)
    .execute();
  for (const { workspace_id: id } of rows) {
    const membership = Object.hasOwn(memberships, id) ? memberships[id] : undefined;
    if (membership === undefined) throw new HttpError('revision_conflict');
    await db
      .updateTable('workspace_members')
      .set({ membership })
      .where('account_id', '=', accountId)
      .where('workspace_id', '=', id)
      .execute();
  }
}
