/**
 * Sealed transcripts by account and id: key, card, transcript and words, written together with the vault's index in one
 * transaction (docs/formats.md, sealed-v1). The server keeps the revisions in step and reads nothing. What a replacement takes
 * the place of is kept by earlier-revisions.ts; when a deletion returns, all of it is gone from the disk. Reading is in
 * transcript-reads.ts.
 */
import { sql } from 'kysely';
import type { SentRecording } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { KEPT, dropRevisions, keepRevision } from './earlier-revisions.js';
import { deleteDropped, dropRecordings, takeUp } from './recordings.js';
import { dropShares } from './shares.js';
import { changeStoredBytes } from './storage-bound.js';
import { replaceIndex } from './vault-index.js';
import type { Connection, Store } from './index.js';

/** The sealed bytes of a new transcript. */
export interface SealedParts {
  key: Uint8Array;
  card: Uint8Array;
  transcript: Uint8Array;
  words: Uint8Array;
}

/** A change: always a new card, the other parts only where they change. */
export type ChangedParts = Pick<SealedParts, 'card'> & Partial<SealedParts>;

/** Which transcript, whose, with which index, and how many bytes the account may hold in all. */
export interface TranscriptPlace {
  accountId: string;
  id: string;
  index: { replaces: number; sealed: Uint8Array };
  bound: number;
  /** The recording that the card names from now on, null for none; without it, that stays as it is. */
  recording?: SentRecording | null | undefined;
}

/** The revisions after a write. */
export interface WrittenRevisions {
  revision: number;
  indexRevision: number;
}

/**
 * Stores a new transcript as revision 1, with the index that lists it.
 *
 * @throws HttpError `id_taken`, `revision_conflict` of the index, `payload_too_large`, `bad_request` without its recording
 */
export async function createTranscript(
  store: Store,
  place: TranscriptPlace,
  parts: SealedParts,
  now: Date,
): Promise<WrittenRevisions> {
  const { accountId, id, bound } = place;
  const time = now.toISOString();
  return store.transact(async (db) => {
    if (await readSizes(db, accountId, id)) throw new HttpError('id_taken');
    const index = await replaceIndex(db, accountId, place.index.replaces, place.index.sealed);
    await changeStoredBytes(db, accountId, total(sizesOf(parts)) + index.growth, bound);
    await db
      .insertInto('transcripts')
      .values({
        account_id: accountId,
        id,
        revision: 1,
        created_at: time,
        updated_at: time,
        transcript_revision: 1,
        words_revision: 1,
        ...parts,
      })
      .execute();
    if (place.recording) await takeUp(db, place, place.recording);
    return { revision: 1, indexRevision: index.revision };
  });
}

/**
 * Puts a new card and the changed parts in the place of revision `replaces`, with the index that lists it.
 *
 * @throws HttpError `not_found`, `revision_conflict` of transcript or index, `payload_too_large`, `bad_request` without its recording
 */
export async function replaceTranscript(
  store: Store,
  place: TranscriptPlace,
  replaces: number,
  parts: ChangedParts,
  now: Date,
): Promise<WrittenRevisions> {
  const { accountId, id, bound } = place;
  const revision = replaces + 1;
  const written = await store.transact(async (db) => {
    const old = await sizesAtRevision(db, accountId, id, replaces);
    const index = await replaceIndex(db, accountId, place.index.replaces, place.index.sealed);
    let growth = total({ ...old, ...sizesOf(parts) }) - total(old) + index.growth;
    if (parts.key) {
      growth -= await dropRevisions(db, place);
    } else {
      await keepRevision(db, place, parts);
      growth += old.card + (parts.transcript ? old.transcript : 0) + (parts.words ? old.words : 0);
      growth -= await dropRevisions(db, place, revision - KEPT);
    }
    await changeStoredBytes(db, accountId, growth, bound);
    await db
      .updateTable('transcripts')
      .set({
        revision,
        updated_at: now.toISOString(),
        ...(parts.transcript && { transcript_revision: revision }),
        ...(parts.words && { words_revision: revision }),
        ...parts,
      })
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .execute();
    if (place.recording !== undefined) await takeUp(db, place, place.recording);
    return { revision, indexRevision: index.revision };
  });
  if (place.recording !== undefined) await deleteDropped(store, place);
  await store.scrub();
  return written;
}

/**
 * Deletes a transcript at revision `replaces`, its recording and every link to it, with the index that no longer lists it.
 *
 * @throws HttpError `not_found`, `revision_conflict` of transcript or index
 */
export async function deleteTranscript(
  store: Store,
  place: TranscriptPlace,
  replaces: number,
): Promise<WrittenRevisions> {
  const { accountId, id, bound } = place;
  const written = await store.free(() =>
    store.transact(async (db) => {
      const old = await sizesAtRevision(db, accountId, id, replaces);
      const index = await replaceIndex(db, accountId, place.index.replaces, place.index.sealed);
      const freed = total(old) + (await dropRevisions(db, place)) + (await dropShares(db, place));
      await changeStoredBytes(db, accountId, index.growth - freed, bound);
      await dropRecordings(db, place);
      await db.deleteFrom('transcripts').where('account_id', '=', accountId).where('id', '=', id).execute();
      return { revision: 0, indexRevision: index.revision };
    }),
  );
  await deleteDropped(store, place);
  await store.scrub();
  return written;
}

/** Bytes of each part. */
type Sizes = Record<keyof SealedParts, number>;

const total = (sizes: Sizes): number => sizes.key + sizes.card + sizes.transcript + sizes.words;

const sizesOf = <Parts extends Partial<SealedParts>>(parts: Parts): Record<keyof Parts, number> =>
  Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, bytes.length])) as Record<
    keyof Parts,
    number
  >;

const sizeOf = <Part extends keyof SealedParts>(part: Part) => sql<number>`length(${sql.ref(part)})`.as(part);

async function readSizes(
  db: Connection,
  accountId: string,
  id: string,
): Promise<{ revision: number; sizes: Sizes } | undefined> {
  const row = await db
    .selectFrom('transcripts')
    .select(['revision', sizeOf('key'), sizeOf('card'), sizeOf('transcript'), sizeOf('words')])
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { revision, ...sizes } = row;
  return { revision, sizes };
}

/** The sizes of a transcript that must exist and be at this revision. */
async function sizesAtRevision(
  db: Connection,
  accountId: string,
  id: string,
  revision: number,
): Promise<Sizes> {
  const found = await readSizes(db, accountId, id);
  if (found === undefined) throw new HttpError('not_found');
  if (found.revision !== revision) throw new HttpError('revision_conflict');
  return found.sizes;
}
