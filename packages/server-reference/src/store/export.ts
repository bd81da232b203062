/**
 * Everything that an account has stored, as the files of an archive (docs/formats.md, "archive-v1"). The list is made in one
 * transaction, with what is small; the big parts are read one at a time while the archive is sent, by the revision at which they
 * were stored, so that a slow reader holds neither the database nor memory. What another client replaces meanwhile is found
 * among the earlier revisions; what it deletes ends the archive.
 */
import { archiveNames, ARCHIVE_MANIFEST, type ArchiveManifest } from '@sealscribe/protocol';
import { sql } from 'kysely';
import { HttpError } from '../http-error.js';
import { readAccount } from './accounts.js';
import type { Connection, Store } from './index.js';

/** One file of an archive. */
export interface ArchiveFile {
  name: string;
  /** Bytes. */
  size: number;
  changedAt: Date;
  /** @throws HttpError `not_found` when it was deleted or replaced meanwhile */
  read(): Promise<Uint8Array>;
}

/**
 * The files of an account's archive, the manifest first.
 *
 * @throws HttpError `unauthorized` when the account was deleted meanwhile
 */
export async function listArchive(store: Store, accountId: string, now: Date): Promise<ArchiveFile[]> {
  return store.db.transaction().execute(async (db) => {
    const plan: Plan = { db, store, accountId, now };
    const account = await readAccount(db, accountId);
    const index = await db
      .selectFrom('vault_indexes')
      .select(['revision', 'sealed'])
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    const { salt, iterations, keyVersion, wraps, recovery } = account;
    const manifest: ArchiveManifest = {
      format: 'sealscribe-archive',
      version: 1,
      createdAt: now.toISOString(),
      account: {
        accountId,
        salt,
        iterations,
        keyVersion,
        wraps: { ...wraps, ...(recovery !== null && { recovery: recovery.wrap }) },
      },
      index: index === undefined ? null : { revision: index.revision },
    };
    return [
      inMemory(ARCHIVE_MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), now),
      ...(index === undefined ? [] : [inMemory(archiveNames.index, index.sealed, now)]),
      ...(await transcriptFiles(plan)),
      ...(await blobFiles(plan)),
    ];
  });
}

/** What the list is made from: the transaction that sees one state, and the store that reads the files later. */
interface Plan {
  db: Connection;
  store: Store;
  accountId: string;
  now: Date;
}

function inMemory(name: string, bytes: Uint8Array, changedAt: Date): ArchiveFile {
  return { name, size: bytes.length, changedAt, read: async () => bytes };
}

/** Key, present parts and earlier revisions of every transcript. */
async function transcriptFiles({ db, store, accountId, now }: Plan): Promise<ArchiveFile[]> {
  const present = await db
    .selectFrom('transcripts')
    .select(['id', 'key', 'revision', 'transcript_revision', 'words_revision', 'updated_at'])
    .select([
      sql<number>`length(card)`.as('card'),
      sql<number>`length(transcript)`.as('transcript'),
      sql<number>`length(words)`.as('words'),
    ])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .execute();
  const earlierCards = await db
    .selectFrom('earlier_cards')
    .select(['id', 'revision', sql<number>`length(card)`.as('size')])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .orderBy('revision')
    .execute();
  const earlierParts = await db
    .selectFrom('earlier_parts')
    .select(['id', 'part', 'revision', sql<number>`length(bytes)`.as('size')])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .orderBy('part')
    .orderBy('revision')
    .execute();

  const file = (place: PartPlace, size: number, changedAt = now): ArchiveFile => ({
    name: archiveNames.part(place.id, place.part, place.revision),
    size,
    changedAt,
    read: () => readSealed(store, accountId, place),
  });
  return [
    ...present.flatMap((row) => {
      const { id, key, revision, transcript_revision, words_revision } = row;
      const changedAt = new Date(row.updated_at);
      return [
        // Not read again: a new account key seals it anew, and the manifest's wrap would not open that.
        inMemory(archiveNames.key(id), key, changedAt),
        file({ id, part: 'card', revision }, row.card, changedAt),
        file({ id, part: 'transcript', revision: transcript_revision }, row.transcript, changedAt),
        file({ id, part: 'words', revision: words_revision }, row.words, changedAt),
      ];
    }),
    ...earlierCards.map(({ id, revision, size }) => file({ id, part: 'card', revision }, size)),
    ...earlierParts.map(({ size, ...place }) => file(place, size)),
  ];
}

/** A part of a transcript, and the revision at which it was stored. */
interface PartPlace {
  id: string;
  part: 'card' | 'transcript' | 'words';
  revision: number;
}

/** A part where it is now: in use, or replaced since. */
async function readSealed(
  store: Store,
  accountId: string,
  { id, part, revision }: PartPlace,
): Promise<Uint8Array> {
  const now = await store.db
    .selectFrom('transcripts')
    .select(`${part} as bytes`)
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where(part === 'card' ? 'revision' : `${part}_revision`, '=', revision)
    .executeTakeFirst();
  if (now !== undefined) return now.bytes;
  const found =
    part === 'card'
      ? await store.db
          .selectFrom('earlier_cards')
          .select('card as bytes')
          .where('account_id', '=', accountId)
          .where('id', '=', id)
          .where('revision', '=', revision)
          .executeTakeFirst()
      : await store.db
          .selectFrom('earlier_parts')
          .select('bytes')
          .where('account_id', '=', accountId)
          .where('id', '=', id)
          .where('part', '=', part)
          .where('revision', '=', revision)
          .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
  return found.bytes;
}

async function blobFiles({ db, store, accountId }: Plan): Promise<ArchiveFile[]> {
  const blobs = await db
    .selectFrom('blobs')
    .select(['id', 'revision', 'size', 'updated_at'])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .execute();
  return blobs.map(({ id, revision, size, updated_at }) => ({
    name: archiveNames.blob(id, revision),
    size,
    changedAt: new Date(updated_at),
    read: async () => {
      const found = await store.db
        .selectFrom('blobs')
        .select('bytes')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('revision', '=', revision)
        .executeTakeFirst();
      if (found === undefined) throw new HttpError('not_found');
      return found.bytes;
    },
  }));
}
