/**
 * The sealed index of an account's vault: which transcripts there are, for the client's own checks. Every write to a
 * transcript replaces it in the same transaction.
 */
import { sql } from 'kysely';
import { HttpError } from '../http-error.js';
import type { Connection } from './index.js';

/**
 * The sealed index and its revision.
 *
 * @throws HttpError `not_found` before the first write
 */
export async function readIndex(
  db: Connection,
  accountId: string,
): Promise<{ revision: number; sealed: Uint8Array }> {
  const index = await db
    .selectFrom('vault_indexes')
    .select(['revision', 'sealed'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (index === undefined) throw new HttpError('not_found');
  return index;
}

/**
 * Puts a new index in the place of `revision` (0: there is none yet); gives the new revision and by how many bytes it grew.
 *
 * @throws HttpError `revision_conflict`
 */
export async function replaceIndex(
  db: Connection,
  accountId: string,
  revision: number,
  sealed: Uint8Array,
): Promise<{ revision: number; growth: number }> {
  const old = await db
    .selectFrom('vault_indexes')
    .select(['revision', sql<number>`length(sealed)`.as('size')])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if ((old?.revision ?? 0) !== revision) throw new HttpError('revision_conflict');
  const next = { revision: revision + 1, sealed };
  await db
    .insertInto('vault_indexes')
    .values({ account_id: accountId, ...next })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(next))
    .execute();
  return { revision: next.revision, growth: sealed.length - (old?.size ?? 0) };
}
