/**
 * Deleting everything: an account's sealed bytes, or the account itself. When either returns, nothing of it is left in any
 * file of the data folder.
 */
import type { Store } from './index.js';

/** Deletes all blobs, transcripts and the index of an account; the account, its keys and its sessions stay. */
export async function deleteData(store: Store, accountId: string): Promise<void> {
  await store.db.transaction().execute(async (db) => {
    await db.deleteFrom('blobs').where('account_id', '=', accountId).execute();
    await db.deleteFrom('transcripts').where('account_id', '=', accountId).execute();
    await db.deleteFrom('vault_indexes').where('account_id', '=', accountId).execute();
    await db.updateTable('accounts').set({ stored_bytes: 0 }).where('id', '=', accountId).execute();
  });
  await store.scrub();
}

/** Deletes an account with all that belongs to it, sessions included. */
export async function deleteAccount(store: Store, accountId: string): Promise<void> {
  await store.db.deleteFrom('accounts').where('id', '=', accountId).execute();
  await store.scrub();
}
