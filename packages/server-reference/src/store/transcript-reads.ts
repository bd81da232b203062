/**
 * Reading sealed transcripts: cards for lists, and the two big parts one at a time.
 */
import { HttpError } from '../http-error.js';
import { cutPage, type Page } from './page.js';
import type { Connection, Store } from './index.js';

/** What a list shows: the sealed card and its key. */
export interface StoredCard {
  id: string;
  revision: number;
  createdAt: string;
  updatedAt: string;
  key: Uint8Array;
  card: Uint8Array;
}

/**
 * A transcript's sealed card and key.
 *
 * @throws HttpError `not_found`
 */
export async function readCard(store: Store, accountId: string, id: string): Promise<StoredCard> {
  const card = await selectCards(store.db, accountId).where('id', '=', id).executeTakeFirst();
  if (card === undefined) throw new HttpError('not_found');
  return card;
}

/** One page of an account's transcripts, each with its card. */
export async function listCards(
  store: Store,
  accountId: string,
  page: Page,
): Promise<{ rows: StoredCard[]; next: string | null }> {
  const found = await selectCards(store.db, accountId)
    .where('id', '>', page.after ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return cutPage(found, page);
}

/**
 * The sealed bytes of a part, and the transcript's revision at which they were stored.
 *
 * @throws HttpError `not_found`
 */
export async function readPart(
  store: Store,
  accountId: string,
  id: string,
  part: 'transcript' | 'words',
): Promise<{ revision: number; partRevision: number; bytes: Uint8Array }> {
  const found = await store.db
    .selectFrom('transcripts')
    .select(['revision', `${part}_revision as partRevision`, `${part} as bytes`])
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
  return found;
}

function selectCards(db: Connection, accountId: string) {
  return db
    .selectFrom('transcripts')
    .select(['id', 'revision', 'created_at as createdAt', 'updated_at as updatedAt', 'key', 'card'])
    .where('account_id', '=', accountId);
}
