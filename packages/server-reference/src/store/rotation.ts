/**
 * Another account key: the key of every transcript, sealed anew by the client, takes the place of the old one, together with
 * the index. Either all of them or none.
 */
import { HttpError } from '../http-error.js';
import type { Connection } from './index.js';
import { changeStoredBytes } from './storage-bound.js';
import { replaceIndex } from './vault-index.js';

/** What the client has sealed under the new account key. */
export interface Rotation {
  accountId: string;
  /** base64url, by transcript. */
  transcriptKeys: Record<string, string>;
  /** Empty where the vault has no index yet, and then `replaces` is 0. */
  index: { replaces: number; sealed: Uint8Array };
  bound: number;
}

/**
 * Replaces the keys of all transcripts inside a transaction; gives the revision of the index.
 *
 * @throws HttpError `revision_conflict` when the index is another, or the transcripts are not exactly those of the account
 */
export async function rotateTranscriptKeys(db: Connection, rotation: Rotation): Promise<number> {
  const { accountId, transcriptKeys, index, bound } = rotation;
  const present = await db
    .selectFrom('transcripts')
    .select('id')
    .where('account_id', '=', accountId)
    .execute();
  const isComplete =
    present.length === Object.keys(transcriptKeys).length &&
    present.every(({ id }) => Object.hasOwn(transcriptKeys, id));
  if (!isComplete) throw new HttpError('revision_conflict');
  for (const [id, key] of Object.entries(transcriptKeys)) {
    await db
      .updateTable('transcripts')
      .set({ key: Buffer.from(key, 'base64url') })
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .execute();
  }
  if (index.sealed.length === 0) {
    // A vault in which nothing was ever stored has no index, and stays so.
    if (index.replaces !== 0 || present.length > 0)
      throw new HttpError('bad_request', 'The index is missing.');
    return 0;
  }
  const { revision, growth } = await replaceIndex(db, accountId, index.replaces, index.sealed);
  await changeStoredBytes(db, accountId, growth, bound);
  return revision;
}
