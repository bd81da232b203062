/**
 * Deleting everything: an account's sealed bytes, or the account itself. It goes slice by slice, so that the log stays small,
 * other requests get their turn, and a full disk has room enough for it. When either returns, nothing of it is left in any file of the
 * data folder; when the server dies before, what is left is still the account's, and asking again goes on.
 */
import { sql } from 'kysely';
import { changeStoredBytes } from './storage-bound.js';
import type { Store } from './index.js';
import { workspaceStore } from './workspace-tables.js';

/** A slice ends at so many rows or bytes, whichever comes first, but has at least one row. */
const SLICE = { rows: 100, bytes: 4 * 1024 * 1024 };

/** Deletes all blobs, transcripts, recordings, links and the index of an account; the account, its keys and its sessions stay. */
export async function deleteData(store: Store, accountId: string): Promise<void> {
  await deleteRows(store, accountId, tables);
}

async function deleteRows(store: Store, accountId: string, tables: readonly Table[]): Promise<void> {
  for (const table of tables) while (await deleteSlice(store, accountId, table));
  await store.free(() =>
    store.transact(async (db) => {
      // Also whatever another client has stored since the last slice.
      for (const table of tables) await db.deleteFrom(table).where('account_id', '=', accountId).execute();
      await db.deleteFrom('recordings').where('account_id', '=', accountId).execute();
      await db.deleteFrom('vault_indexes').where('account_id', '=', accountId).execute();
      await db.updateTable('accounts').set({ stored_bytes: 0 }).where('id', '=', accountId).execute();
    }),
  );
  await store.scrub();
}

/** Deletes an account with all that belongs to it, sessions included, and the workspaces that nobody else owns. */
export async function deleteAccount(store: Store, accountId: string): Promise<void> {
  await deleteOwnWorkspaces(store, accountId);
  await deleteData(store, accountId);
  await store.free(() => store.db.deleteFrom('accounts').where('id', '=', accountId).execute());
  await store.scrub();
}

/** Deletes a workspace with everything in it, for good. */
export async function deleteWorkspace(store: Store, workspaceId: string): Promise<void> {
  await deleteRows(workspaceStore(store), workspaceId, ofWorkspaces);
  await store.free(() => store.db.deleteFrom('workspaces').where('id', '=', workspaceId).execute());
  await store.scrub();
}

/** Deletes the workspaces that an account alone owns: nobody else could manage them. */
async function deleteOwnWorkspaces(store: Store, accountId: string): Promise<void> {
  const others = store.db
    .selectFrom('workspace_members')
    .select('workspace_id')
    .where('role', '=', 'owner')
    .where('account_id', '!=', accountId)
    .where('membership', 'is not', null);
  const own = await store.db
    .selectFrom('workspace_members')
    .select('workspace_id')
    .where('account_id', '=', accountId)
    .where('role', '=', 'owner')
    .where('workspace_id', 'not in', others)
    .execute();
  for (const { workspace_id: id } of own) await deleteWorkspace(store, id);
}

// Shares before the transcripts that they hang on.
const sizes = {
  shares: sql<number>`size`,
  blobs: sql<number>`size`,
  recording_pieces: sql<number>`length(bytes)`,
  earlier_cards: sql<number>`length(card)`,
  earlier_parts: sql<number>`length(bytes)`,
  transcripts: sql<number>`length(key) + length(card) + length(transcript) + length(words)`,
};

type Table = keyof typeof sizes;
const tables = Object.keys(sizes) as Table[];
const ofWorkspaces = ['recording_pieces', 'earlier_cards', 'earlier_parts', 'transcripts'] as const;

/** Deletes some rows for good; says whether there were any. */
async function deleteSlice(store: Store, accountId: string, table: Table): Promise<boolean> {
  const place = sql.ref<string | number>(store.rowPlace);
  const deleted = await store.free(() =>
    store.transact(async (db) => {
      const rows = await db
        .selectFrom(table)
        .select([place.as('row'), sizes[table].as('size')])
        .where('account_id', '=', accountId)
        .orderBy(place)
        .limit(SLICE.rows)
        .execute();
      const slice = cutSlice(rows);
      if (slice.length === 0) return false;
      const bytes = slice.reduce((sum, { size }) => sum + size, 0);
      const ids = slice.map(({ row }) => row);
      await changeStoredBytes(db, accountId, -bytes, 0);
      await db.deleteFrom(table).where('account_id', '=', accountId).where(place, 'in', ids).execute();
      return true;
    }),
  );
  if (deleted) await store.scrub();
  return deleted;
}

function cutSlice<Row extends { size: number }>(rows: Row[]): Row[] {
  let bytes = 0;
  const end = rows.findIndex(({ size }) => (bytes += size) > SLICE.bytes);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}
