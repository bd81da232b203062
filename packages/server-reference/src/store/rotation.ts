/**
 * Another account key: the key of every transcript and the secret of every link, sealed anew by the client, take the place of the
 * old ones, together with the index. Either all of them or none.
 */
import { HttpError } from '../http-error.js';
import type { Connection } from './index.js';
import { listShares } from './shares.js';
import { changeStoredBytes } from './storage-bound.js';
import { replaceIndex } from './vault-index.js';

/** What the client has sealed under the new account key. */
export interface Rotation {
  accountId: string;
  /** base64url, by transcript. */
  transcriptKeys: Record<string, string>;
  /** base64url, by link. */
  shareLinks: Record<string, string>;
  /** Empty where the vault has no index yet, and then `replaces` is 0. */
  index: { replaces: number; sealed: Uint8Array };
  bound: number;
  now: Date;
}

/**
 * Replaces the keys of all transcripts inside a transaction; gives the revision of the index.
 *
 * @throws HttpError `revision_conflict` when the index is another, the transcripts are not exactly those of the account, or a link is
 * missing
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
  await rewrapLinks(db, rotation);
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

async function rewrapLinks(db: Connection, { accountId, shareLinks, now }: Rotation): Promise<void> {
  for (const { id } of await listShares(db, accountId, now)) {
    const link = Object.hasOwn(shareLinks, id) ? shareLinks[id] : undefined;
    if (link === undefined) throw new HttpError('revision_conflict');
    await db
      .updateTable('shares')
      .set({ link: Buffer.from(link, 'base64url') })
      .where('id', '=', id)
      .execute();
  }
}
