/**
 * Opaque bytes by account and id, for apps that seal with the baseline and keep nothing else here. When a replacement or a
 * deletion returns, the old bytes are gone from the disk.
 */
import type { BlobInfo } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { cutPage, type Page } from './page.js';
import { changeStoredBytes } from './storage-bound.js';
import type { Connection, Store } from './index.js';

/** Which blob, whose, and how many bytes the account may hold in all. */
export interface BlobPlace {
  accountId: string;
  id: string;
  bound: number;
}

/**
 * Stores bytes under a new id, as revision 1.
 *
 * @throws HttpError `id_taken`, `payload_too_large`
 */
export async function createBlob(
  store: Store,
  place: BlobPlace,
  bytes: Uint8Array,
  now: Date,
): Promise<void> {
  const { accountId, id, bound } = place;
  const time = now.toISOString();
  await store.transact(async (db) => {
    await changeStoredBytes(db, accountId, bytes.length, bound);
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('blobs')
      .values({
        account_id: accountId,
        id,
        revision: 1,
        created_at: time,
        updated_at: time,
        size: bytes.length,
        bytes,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) throw new HttpError('id_taken');
  });
}

/**
 * Puts new bytes in the place of `revision` and gives the new revision.
 *
 * @throws HttpError `not_found`, `revision_conflict`, `payload_too_large`
 */
export async function replaceBlob(
  store: Store,
  place: BlobPlace,
  revision: number,
  bytes: Uint8Array,
  now: Date,
): Promise<number> {
  const { accountId, id, bound } = place;
  await store.transact(async (db) => {
    const old = await readAtRevision(db, accountId, id, revision);
    await changeStoredBytes(db, accountId, bytes.length - old.size, bound);
    await db
      .updateTable('blobs')
      .set({ revision: revision + 1, updated_at: now.toISOString(), size: bytes.length, bytes })
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .execute();
  });
  await store.scrub();
  return revision + 1;
}

/**
 * A blob's bytes and revision.
 *
 * @throws HttpError `not_found`
 */
export async function readBlob(
  store: Store,
  accountId: string,
  id: string,
): Promise<{ revision: number; bytes: Uint8Array }> {
  const blob = await store.db
    .selectFrom('blobs')
    .select(['revision', 'bytes'])
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (blob === undefined) throw new HttpError('not_found');
  return blob;
}

/** One page of what an account holds, without the bytes. */
export async function listBlobs(
  store: Store,
  accountId: string,
  page: Page,
): Promise<{ blobs: BlobInfo[]; next: string | null }> {
  const found = await store.db
    .selectFrom('blobs')
    .select(['id', 'revision', 'size', 'created_at as createdAt', 'updated_at as updatedAt'])
    .where('account_id', '=', accountId)
    .where('id', '>', page.after ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  const { rows, next } = cutPage(found, page);
  return { blobs: rows, next };
}

/**
 * Deletes a blob; with a revision, only while it is at that one.
 *
 * @throws HttpError `not_found`, `revision_conflict`
 */
export async function deleteBlob(
  store: Store,
  accountId: string,
  id: string,
  revision: number | undefined,
): Promise<void> {
  await store.free(() =>
    store.transact(async (db) => {
      const { size } = await readAtRevision(db, accountId, id, revision);
      await changeStoredBytes(db, accountId, -size, 0);
      await db.deleteFrom('blobs').where('account_id', '=', accountId).where('id', '=', id).execute();
    }),
  );
  await store.scrub();
}

async function readAtRevision(
  db: Connection,
  accountId: string,
  id: string,
  revision: number | undefined,
): Promise<{ size: number }> {
  const blob = await db
    .selectFrom('blobs')
    .select(['revision', 'size'])
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (blob === undefined) throw new HttpError('not_found');
  if (revision !== undefined && blob.revision !== revision) throw new HttpError('revision_conflict');
  return blob;
}
