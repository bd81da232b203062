/**
 * Rows of API keys. Only a hash of each key is here, so a copy of the database lets nobody in.
 */
import { HttpError } from '../http-error.js';
import type { Store } from './index.js';

/** More keys than anybody keeps apart. */
const MOST = 100;

/** An API key as it is stored. */
export interface ApiKeyRow {
  id: string;
  created_at: string;
  expires_at: string | null;
}

/**
 * Stores a key.
 *
 * @throws HttpError `conflict` when the account has 100 already
 */
export async function insertApiKey(
  store: Store,
  accountId: string,
  row: ApiKeyRow & { key_hash: string },
): Promise<void> {
  await store.transact(async (db) => {
    const { count } = await db
      .selectFrom('api_keys')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    if (count >= MOST)
      throw new HttpError('conflict', `An account has at most ${MOST} API keys: delete one.`);
    await db
      .insertInto('api_keys')
      .values({ ...row, account_id: accountId })
      .execute();
  });
}

/** The account of an unexpired key, if there is such a key. */
export async function findApiKey(store: Store, keyHash: string, now: Date): Promise<string | undefined> {
  const key = await store.db
    .selectFrom('api_keys')
    .select(['account_id', 'expires_at'])
    .where('key_hash', '=', keyHash)
    .executeTakeFirst();
  if (key === undefined || (key.expires_at !== null && key.expires_at <= now.toISOString())) return undefined;
  return key.account_id;
}

/** The keys of an account, expired ones too, oldest first. */
export async function listApiKeys(store: Store, accountId: string): Promise<ApiKeyRow[]> {
  return store.db
    .selectFrom('api_keys')
    .select(['id', 'created_at', 'expires_at'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
}

/**
 * Deletes a key; it opens nothing from then on.
 *
 * @throws HttpError `not_found`
 */
export async function deleteApiKey(store: Store, accountId: string, id: string): Promise<void> {
  const { numDeletedRows } = await store.db
    .deleteFrom('api_keys')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (numDeletedRows !== 1n) throw new HttpError('not_found');
}
