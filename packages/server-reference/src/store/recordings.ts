/**
 * Sealed recordings of transcripts, in pieces (docs/formats.md, sealed-v1, "Recording"). The pieces of one are stored one by one,
 * each in a transaction of its own; they count from then on, but nobody reads them back before a write of the transcript takes the
 * whole recording up. What no write takes up within a day, and what a write or a deletion drops, goes slice by slice: a recording may be
 * larger than a log should become.
 */
import { sql, type SelectQueryBuilder } from 'kysely';
import { RECORDING_PIECE_BYTES, type SentRecording } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { TranscriptOwner } from './earlier-revisions.js';
import type { Schema } from './schema.js';
import { changeStoredBytes } from './storage-bound.js';
import type { Connection, Store } from './index.js';

/** Milliseconds that a recording waits, after its last piece, for the write that takes it up. */
const WAIT = 24 * 3_600_000;
/** In the place of a time: it is to go now. */
const DROPPED = new Date(0).toISOString();
/** Pieces that are deleted at once. */
const SLICE = 4;

/** Which recording, of which transcript, and whose. */
export interface RecordingPlace extends TranscriptOwner {
  recordingId: string;
}

const sizeOf = sql<number>`length(bytes)`;

/**
 * Stores a piece, in the place of one with the same number.
 *
 * @throws HttpError `conflict` when the recording is in use or was dropped, `payload_too_large`
 */
export async function putPiece(
  store: Store,
  { bound, ...place }: RecordingPlace & { bound: number },
  { number, bytes }: { number: number; bytes: Uint8Array },
  now: Date,
): Promise<void> {
  const { accountId, id, recordingId } = place;
  const isReplaced = await store.transact(async (db) => {
    const found = await findRecording(db, place);
    if (found && (found.expires_at ?? '') <= now.toISOString())
      throw new HttpError('conflict', 'This recording takes no more pieces.');
    const old = await piecesOf(db, place)
      .select(sizeOf.as('size'))
      .where('number', '=', number)
      .executeTakeFirst();
    await changeStoredBytes(db, accountId, bytes.length - (old?.size ?? 0), bound);
    const expires_at = new Date(now.getTime() + WAIT).toISOString();
    await db
      .insertInto('recordings')
      .values({ account_id: accountId, transcript_id: id, id: recordingId, expires_at })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'transcript_id', 'id']).doUpdateSet({ expires_at }),
      )
      .execute();
    await db
      .insertInto('recording_pieces')
      .values({ account_id: accountId, transcript_id: id, recording_id: recordingId, number, bytes })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'transcript_id', 'recording_id', 'number']).doUpdateSet({ bytes }),
      )
      .execute();
    return old !== undefined;
  });
  if (isReplaced) await store.scrub();
}

/**
 * A piece of a recording that is in use.
 *
 * @throws HttpError `not_found`
 */
export async function readPiece(
  { db }: Pick<Store, 'db'>,
  place: RecordingPlace,
  number: number,
): Promise<Uint8Array> {
  const inUse = db
    .selectFrom('recordings')
    .select('id')
    .where('account_id', '=', place.accountId)
    .where('transcript_id', '=', place.id)
    .where('expires_at', 'is', null);
  const found = await piecesOf(db, place)
    .select('bytes')
    .where('number', '=', number)
    .where('recording_id', 'in', inUse)
    .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
  return found.bytes;
}

/**
 * Takes up the recording that a write of its transcript names, inside the transaction of that write, and drops any other that was in
 * use; null drops it without another. {@link deleteDropped} is to follow.
 *
 * @throws HttpError `bad_request` when the recording is not here whole
 */
export async function takeUp(
  db: Connection,
  owner: TranscriptOwner,
  recording: SentRecording | null,
): Promise<void> {
  const ofTranscript = () =>
    db
      .updateTable('recordings')
      .where('account_id', '=', owner.accountId)
      .where('transcript_id', '=', owner.id);
  await ofTranscript().set({ expires_at: DROPPED }).where('expires_at', 'is', null).execute();
  if (recording === null) return;
  const place = { ...owner, recordingId: recording.id };
  const pieces = await piecesOf(db, place)
    .select(['number', sizeOf.as('size')])
    .orderBy('number')
    .execute();
  const isWhole =
    pieces.every(
      ({ number, size }, at) => number === at && (size === RECORDING_PIECE_BYTES || at === pieces.length - 1),
    ) && pieces.reduce((sum, { size }) => sum + size, 0) === recording.size;
  if (!isWhole) throw new HttpError('bad_request', 'The recording is not here whole.');
  await ofTranscript().set({ expires_at: null }).where('id', '=', recording.id).execute();
}

/** Drops every recording of a transcript, inside a transaction; {@link deleteDropped} is to follow. */
export async function dropRecordings(db: Connection, { accountId, id }: TranscriptOwner): Promise<void> {
  await db
    .updateTable('recordings')
    .set({ expires_at: DROPPED })
    .where('account_id', '=', accountId)
    .where('transcript_id', '=', id)
    .execute();
}

/**
 * Deletes for good a recording that no write has taken up.
 *
 * @throws HttpError `not_found`; `conflict` when it is in use
 */
export async function giveUpRecording(store: Store, place: RecordingPlace): Promise<void> {
  await store.transact(async (db) => {
    const found = await findRecording(db, place);
    if (found === undefined) throw new HttpError('not_found');
    if (found.expires_at === null)
      throw new HttpError('conflict', 'The transcript uses this recording: write it without.');
    await db
      .updateTable('recordings')
      .set({ expires_at: DROPPED })
      .where('account_id', '=', place.accountId)
      .where('transcript_id', '=', place.id)
      .where('id', '=', place.recordingId)
      .execute();
  });
  await deleteDropped(store, place);
}

/** Deletes the dropped recordings of a transcript; when it returns, their bytes are gone from the disk. */
export async function deleteDropped(store: Store, { accountId, id }: TranscriptOwner): Promise<void> {
  await deleteThose(store, (db) =>
    db
      .selectFrom('recordings')
      .where('account_id', '=', accountId)
      .where('transcript_id', '=', id)
      .where('expires_at', '=', DROPPED),
  );
}

/** Deletes the recordings that no write has taken up in time, and what a server that was stopped has left. */
export async function sweepRecordings(store: Store, now: Date): Promise<void> {
  await deleteThose(store, (db) => db.selectFrom('recordings').where('expires_at', '<=', now.toISOString()));
}

type Chosen = SelectQueryBuilder<Schema, 'recordings', object>;

async function deleteThose(store: Store, choose: (db: Connection) => Chosen): Promise<void> {
  for (;;) {
    const isDone = await store.free(() =>
      store.transact(async (db) => {
        const found = await choose(db).select(['account_id', 'transcript_id', 'id']).executeTakeFirst();
        if (found === undefined) return true;
        const place = { accountId: found.account_id, id: found.transcript_id, recordingId: found.id };
        const pieces = await piecesOf(db, place)
          .select(['number', sizeOf.as('size')])
          .limit(SLICE)
          .execute();
        for (const { number, size } of pieces) {
          await db
            .deleteFrom('recording_pieces')
            .where('account_id', '=', place.accountId)
            .where('transcript_id', '=', place.id)
            .where('recording_id', '=', place.recordingId)
            .where('number', '=', number)
            .execute();
          await changeStoredBytes(db, place.accountId, -size, 0);
        }
        if (pieces.length < SLICE)
          await db
            .deleteFrom('recordings')
            .where('account_id', '=', place.accountId)
            .where('transcript_id', '=', place.id)
            .where('id', '=', place.recordingId)
            .execute();
        return false;
      }),
    );
    if (isDone) return;
    await store.scrub();
  }
}

function findRecording(db: Connection, { accountId, id, recordingId }: RecordingPlace) {
  return db
    .selectFrom('recordings')
    .select('expires_at')
    .where('account_id', '=', accountId)
    .where('transcript_id', '=', id)
    .where('id', '=', recordingId)
    .executeTakeFirst();
}

function piecesOf(db: Connection, { accountId, id, recordingId }: RecordingPlace) {
  return db
    .selectFrom('recording_pieces')
    .where('account_id', '=', accountId)
    .where('transcript_id', '=', id)
    .where('recording_id', '=', recordingId);
}
