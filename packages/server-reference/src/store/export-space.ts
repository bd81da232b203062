/**
 * The transcripts of an account or a workspace as files of an archive: index, keys, present parts, earlier revisions,
 * recordings.
 */
import { archiveNames } from '@sealscribe/protocol';
import { sql } from 'kysely';
import { HttpError } from '../http-error.js';
import { readPiece } from './recordings.js';
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

/** A file whose bytes are there already. */
export function inMemory(name: string, bytes: Uint8Array, changedAt: Date): ArchiveFile {
  return { name, size: bytes.length, changedAt, read: async () => bytes };
}

/** Whose transcripts: the transaction that sees one state, and the store that reads the files later. */
interface Source {
  store: Store;
  db: Connection;
  /** Of the account or workspace. */
  id: string;
  /** Where they lie in the archive. */
  folder: string;
  now: Date;
  /** Rows of a table that are read at most: more make no archive. */
  most: number;
}

/** A part of a transcript, and the revision at which it was stored. */
interface PartPlace {
  id: string;
  part: 'card' | 'transcript' | 'words';
  revision: number;
}

/** Index, keys, parts, history and recordings. */
export async function spaceFiles(source: Source): Promise<ArchiveFile[]> {
  const { db, id, folder, now } = source;
  const index = await db
    .selectFrom('vault_indexes')
    .select(['revision', 'sealed'])
    .where('account_id', '=', id)
    .executeTakeFirst();
  return [
    ...(index === undefined ? [] : [inMemory(archiveNames.index(folder, index.revision), index.sealed, now)]),
    ...(await presentFiles(source)),
    ...(await earlierFiles(source)),
    ...(await recordingFiles(source)),
  ];
}

function fileOf({ store, id: owner, folder }: Source, place: PartPlace, size: number, changedAt: Date) {
  const { id, part, revision } = place;
  return {
    ...{ name: archiveNames.part(folder, id, part, revision), size, changedAt },
    read: () => readSealed(store, owner, place),
  };
}

async function presentFiles(source: Source): Promise<ArchiveFile[]> {
  const rows = await source.db
    .selectFrom('transcripts')
    .select(['id', 'key', 'revision', 'transcript_revision', 'words_revision', 'updated_at'])
    .select([
      sql<number>`length(card)`.as('card'),
      sql<number>`length(transcript)`.as('transcript'),
      sql<number>`length(words)`.as('words'),
    ])
    .where('account_id', '=', source.id)
    .orderBy('id')
    .limit(source.most)
    .execute();
  return rows.flatMap((row) => {
    const { id, key, revision, transcript_revision, words_revision } = row;
    const changedAt = new Date(row.updated_at);
    return [
      // Not read again: a new account key seals it anew, and the manifest's wrap would not open that.
      inMemory(archiveNames.key(source.folder, id), key, changedAt),
      fileOf(source, { id, part: 'card', revision }, row.card, changedAt),
      fileOf(source, { id, part: 'transcript', revision: transcript_revision }, row.transcript, changedAt),
      fileOf(source, { id, part: 'words', revision: words_revision }, row.words, changedAt),
    ];
  });
}

async function earlierFiles(source: Source): Promise<ArchiveFile[]> {
  const cards = await source.db
    .selectFrom('earlier_cards')
    .select(['id', 'revision', sql<number>`length(card)`.as('size')])
    .where('account_id', '=', source.id)
    .orderBy('id')
    .orderBy('revision')
    .limit(source.most)
    .execute();
  const parts = await source.db
    .selectFrom('earlier_parts')
    .select(['id', 'part', 'revision', sql<number>`length(bytes)`.as('size')])
    .where('account_id', '=', source.id)
    .orderBy('id')
    .orderBy('part')
    .orderBy('revision')
    .limit(source.most)
    .execute();
  return [
    ...cards.map(({ id, revision, size }) =>
      fileOf(source, { id, part: 'card' as const, revision }, size, source.now),
    ),
    ...parts.map(({ size, ...place }) => fileOf(source, place, size, source.now)),
  ];
}

/** The pieces of the recordings that are in use. */
async function recordingFiles({ store, db, id: owner, folder, now, most }: Source): Promise<ArchiveFile[]> {
  const inUse = db
    .selectFrom('recordings')
    .select('id')
    .where('account_id', '=', owner)
    .where('expires_at', 'is', null);
  const pieces = await db
    .selectFrom('recording_pieces')
    .select(['transcript_id as id', 'recording_id as recordingId', 'number'])
    .select(sql<number>`length(bytes)`.as('size'))
    .where('account_id', '=', owner)
    .where('recording_id', 'in', inUse)
    .orderBy('transcript_id')
    .orderBy('number')
    .limit(most)
    .execute();
  return pieces.map(({ id, recordingId, number, size }) => ({
    ...{ name: archiveNames.piece(folder, id, number), size, changedAt: now },
    read: () => readPiece(store, { accountId: owner, id, recordingId }, number),
  }));
}

/** A part where it is now: in use, or replaced since. */
async function readSealed(
  { db }: Store,
  owner: string,
  { id, part, revision }: PartPlace,
): Promise<Uint8Array> {
  const inUse = await db
    .selectFrom('transcripts')
    .select(`${part} as bytes`)
    .where('account_id', '=', owner)
    .where('id', '=', id)
    .where(part === 'card' ? 'revision' : `${part}_revision`, '=', revision)
    .executeTakeFirst();
  if (inUse !== undefined) return inUse.bytes;
  const replaced =
    part === 'card'
      ? await db
          .selectFrom('earlier_cards')
          .select('card as bytes')
          .where('account_id', '=', owner)
          .where('id', '=', id)
          .where('revision', '=', revision)
          .executeTakeFirst()
      : await db
          .selectFrom('earlier_parts')
          .select('bytes')
          .where('account_id', '=', owner)
          .where('id', '=', id)
          .where('part', '=', part)
          .where('revision', '=', revision)
          .executeTakeFirst();
  if (replaced === undefined) throw new HttpError('not_found');
  return replaced.bytes;
}
