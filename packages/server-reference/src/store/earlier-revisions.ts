/**
 * Earlier revisions of a transcript: what a write replaces stays, sealed as it was, until its owner forgets it, the transcript is
 * deleted, or KEPT further writes have come. A part that several revisions share is kept once. The transcript's key is not
 * kept: a write that brings another key ends the history, because the new key opens nothing of it.
 */
import { sql } from 'kysely';
import { HttpError } from '../http-error.js';
import { changeStoredBytes } from './storage-bound.js';
import type { Connection, Store } from './index.js';

/** How many earlier revisions of a transcript are kept. */
export const KEPT = 50;

const bigParts = ['transcript', 'words'] as const;

/** Which transcript, and whose. */
export interface TranscriptOwner {
  accountId: string;
  id: string;
}

/** Copies what is about to be replaced: the card always, of the other parts those that are in `replaced`. */
export async function keepRevision(
  db: Connection,
  { accountId, id }: TranscriptOwner,
  replaced: { transcript?: unknown; words?: unknown },
): Promise<void> {
  const present = db.selectFrom('transcripts').where('account_id', '=', accountId).where('id', '=', id);
  await db
    .insertInto('earlier_cards')
    .columns(['account_id', 'id', 'revision', 'transcript_revision', 'words_revision', 'card'])
    .expression(
      present.select(['account_id', 'id', 'revision', 'transcript_revision', 'words_revision', 'card']),
    )
    .execute();
  for (const part of bigParts)
    if (replaced[part] !== undefined)
      await db
        .insertInto('earlier_parts')
        .columns(['account_id', 'id', 'part', 'revision', 'bytes'])
        .expression(present.select(['account_id', 'id', sql.lit(part).as('part'), `${part}_revision`, part]))
        .execute();
}

/** Deletes the revisions before `first`, and the parts that no other one needs; gives how many bytes that freed. */
export async function dropRevisions(
  db: Connection,
  { accountId, id }: TranscriptOwner,
  first = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const cards = await db
    .deleteFrom('earlier_cards')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('revision', '<', first)
    .returning(sql<number>`length(card)`.as('size'))
    .execute();
  if (cards.length === 0) return 0;
  let freed = cards.reduce((sum, { size }) => sum + size, 0);
  for (const part of bigParts) {
    const needed = db
      .selectFrom('earlier_cards')
      .select(`${part}_revision`)
      .where('account_id', '=', accountId)
      .where('id', '=', id);
    const parts = await db
      .deleteFrom('earlier_parts')
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .where('part', '=', part)
      .where('revision', 'not in', needed)
      .returning(sql<number>`length(bytes)`.as('size'))
      .execute();
    freed += parts.reduce((sum, { size }) => sum + size, 0);
  }
  return freed;
}

/**
 * Deletes all earlier revisions of a transcript for good.
 *
 * @throws HttpError `not_found` when there is no such transcript
 */
export async function forgetRevisions(store: Store, owner: TranscriptOwner): Promise<void> {
  await store.free(() =>
    store.transact(async (db) => {
      await requireTranscript(db, owner);
      await changeStoredBytes(db, owner.accountId, -(await dropRevisions(db, owner)), 0);
    }),
  );
  await store.scrub();
}

/**
 * The sealed cards of the earlier revisions, newest first.
 *
 * @throws HttpError `not_found` when there is no such transcript
 */
export async function listRevisions(
  store: Store,
  owner: TranscriptOwner,
): Promise<{ revision: number; card: Uint8Array }[]> {
  await requireTranscript(store.db, owner);
  return store.db
    .selectFrom('earlier_cards')
    .select(['revision', 'card'])
    .where('account_id', '=', owner.accountId)
    .where('id', '=', owner.id)
    .orderBy('revision', 'desc')
    .execute();
}

/**
 * One earlier revision with its parts.
 *
 * @throws HttpError `not_found`
 */
export async function readRevision(
  store: Store,
  { accountId, id }: TranscriptOwner,
  revision: number,
): Promise<Record<'card' | 'transcript' | 'words', Uint8Array>> {
  return store.transact(async (db) => {
    const found = await db
      .selectFrom('earlier_cards')
      .select(['card', 'transcript_revision as transcript', 'words_revision as words'])
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .where('revision', '=', revision)
      .executeTakeFirst();
    if (found === undefined) throw new HttpError('not_found');
    const partOf = async (part: (typeof bigParts)[number]) => {
      const kept = await db
        .selectFrom('earlier_parts')
        .select('bytes')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('part', '=', part)
        .where('revision', '=', found[part])
        .executeTakeFirst();
      if (kept !== undefined) return kept.bytes;
      const present = await db
        .selectFrom('transcripts')
        .select(`${part} as bytes`)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where(`${part}_revision`, '=', found[part])
        .executeTakeFirstOrThrow();
      return present.bytes;
    };
    return { card: found.card, transcript: await partOf('transcript'), words: await partOf('words') };
  });
}

async function requireTranscript(db: Connection, { accountId, id }: TranscriptOwner): Promise<void> {
  const found = await db
    .selectFrom('transcripts')
    .select('id')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
}
