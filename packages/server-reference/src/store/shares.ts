/**
 * Snapshots behind links (docs/formats.md, share-v1): sealed bytes, the hash of the token that fetches them, and how long and how
 * often it may. Whatever ends a share deletes its row, so that an expired, used up or revoked one is the same as one that never
 * was. A view is counted in the transaction that hands out the bytes: of two who want the last one, one gets it.
 */
import { equalSecrets } from '../auth/equal-secrets.js';
import { HttpError } from '../http-error.js';
import { changeStoredBytes } from './storage-bound.js';
import type { SharesTable } from './schema.js';
import type { Connection, Store } from './index.js';

/** Links of one account at most. */
const MOST = 500;
/** Rows that a sweep deletes at once. */
const SLICE = 20;

/** A share without its document. */
export type ShareRow = Omit<SharesTable, 'account_id' | 'document' | 'size'>;

const rowColumns = [
  'id',
  'transcript_id',
  'access_hash',
  'created_at',
  'expires_at',
  'views',
  'max_views',
  'link',
] as const;

/** A new share, and how many bytes its account may hold in all. */
export type NewShare = Omit<SharesTable, 'views' | 'size'> & { bound: number };

/**
 * Stores a share. Sent twice, it is stored once.
 *
 * @throws HttpError `not_found` without the transcript, `id_taken`, `conflict` when the account has 500, `payload_too_large`
 */
export async function createShare(store: Store, { bound, ...row }: NewShare): Promise<ShareRow> {
  const { id, account_id: accountId, transcript_id: transcriptId } = row;
  const size = row.link.length + row.document.length;
  return store.transact(async (db) => {
    const transcript = await db
      .selectFrom('transcripts')
      .select('id')
      .where('account_id', '=', accountId)
      .where('id', '=', transcriptId)
      .executeTakeFirst();
    if (transcript === undefined) throw new HttpError('not_found');
    const present = await db
      .selectFrom('shares')
      .select([...rowColumns, 'account_id'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (present !== undefined) {
      const { account_id: owner, ...same } = present;
      const isSame = owner === accountId && same.transcript_id === transcriptId;
      if (isSame && same.access_hash === row.access_hash) return same;
      throw new HttpError('id_taken');
    }
    const { count } = await db
      .selectFrom('shares')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    if (count >= MOST)
      throw new HttpError('conflict', `An account has at most ${MOST} links: take one back.`);
    await changeStoredBytes(db, accountId, size, bound);
    await db
      .insertInto('shares')
      .values({ ...row, views: 0, size })
      .execute();
    return readShare(db, accountId, id, row.created_at);
  });
}

/** The shares of an account that have not ended, oldest first. */
export async function listShares(db: Connection, accountId: string, now: Date): Promise<ShareRow[]> {
  return alive(db, now.toISOString())
    .select(rowColumns)
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/**
 * One share of an account, without its document.
 *
 * @param now ISO 8601
 * @throws HttpError `not_found`
 */
export async function readShare(
  db: Connection,
  accountId: string,
  id: string,
  now: string,
): Promise<ShareRow> {
  const row = await alive(db, now)
    .select(rowColumns)
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError('not_found');
  return row;
}

/**
 * Deletes a share with its bytes.
 *
 * @throws HttpError `not_found`
 */
export async function deleteShare(store: Store, accountId: string, id: string): Promise<void> {
  await store.free(() =>
    store.transact(async (db) => {
      const deleted = await db
        .deleteFrom('shares')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .returning('size')
        .executeTakeFirst();
      if (deleted === undefined) throw new HttpError('not_found');
      await changeStoredBytes(db, accountId, -deleted.size, 0);
    }),
  );
  await store.scrub();
}

/** Deletes the shares of a transcript that is being deleted; gives how many bytes that freed. */
export async function dropShares(
  db: Connection,
  { accountId, id }: { accountId: string; id: string },
): Promise<number> {
  const rows = await db
    .deleteFrom('shares')
    .where('account_id', '=', accountId)
    .where('transcript_id', '=', id)
    .returning('size')
    .execute();
  return rows.reduce((sum, { size }) => sum + size, 0);
}

/**
 * The bytes behind a link, for whoever has the token of this hash; counts a view, and deletes the share with its last one.
 *
 * @param judge Called once a share is there, with whether the hash is its own; throws unless it may be opened.
 * @throws HttpError `not_found`; what `judge` throws
 */
export async function viewShare(
  store: Store,
  id: string,
  accessHash: Uint8Array,
  { now, judge }: { now: Date; judge: (isRight: boolean) => Promise<void> },
): Promise<Uint8Array> {
  const time = now.toISOString();
  const share = await alive(store.db, time).select('access_hash').where('id', '=', id).executeTakeFirst();
  if (share === undefined) throw new HttpError('not_found');
  await judge(equalSecrets(Buffer.from(share.access_hash, 'base64url'), accessHash));
  // One statement decides, so a link that many open at once makes none of them begin again.
  const { document, isLast } = await store.transact(async (db) => {
    const viewed = await db
      .updateTable('shares')
      .set((row) => ({ views: row('views', '+', 1) }))
      .where('id', '=', id)
      .where('access_hash', '=', share.access_hash)
      .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', time)]))
      .where((is) => is.or([is('max_views', 'is', null), is('views', '<', is.ref('max_views'))]))
      .returning(['views', 'max_views', 'document', 'account_id', 'size'])
      .executeTakeFirst();
    if (viewed === undefined) throw new HttpError('not_found');
    const last = viewed.max_views !== null && viewed.views >= viewed.max_views;
    if (last) {
      await db.deleteFrom('shares').where('id', '=', id).execute();
      await changeStoredBytes(db, viewed.account_id, -viewed.size, 0);
    }
    return { document: viewed.document, isLast: last };
  }, 'read committed');
  // The view is counted and is to be answered: what cannot be scrubbed now is with the next deletion.
  if (isLast) await store.scrub().catch(() => undefined);
  return document;
}

/** Deletes the shares that have expired, a few at a time; when it returns, their bytes are gone from the disk. */
export async function sweepShares(store: Store, now: Date): Promise<void> {
  let deleted: number;
  do {
    deleted = await store.free(() =>
      store.transact(async (db) => {
        const expired = await db
          .selectFrom('shares')
          .select(['id', 'account_id', 'size'])
          .where('expires_at', '<=', now.toISOString())
          .limit(SLICE)
          .execute();
        for (const { id, account_id: accountId, size } of expired) {
          await db.deleteFrom('shares').where('id', '=', id).execute();
          await changeStoredBytes(db, accountId, -size, 0);
        }
        return expired.length;
      }),
    );
    if (deleted > 0) await store.scrub();
  } while (deleted === SLICE);
}

function alive(db: Connection, now: string) {
  return db
    .selectFrom('shares')
    .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', now)]));
}
