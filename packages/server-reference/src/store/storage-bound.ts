/**
 * How many sealed bytes an account may hold. The sum stands in the account's row and changes in the transaction that changes
 * the bytes, so two writes at once cannot slip past the bound together.
 */
import { HttpError } from '../http-error.js';
import type { Connection } from './index.js';

/**
 * Adds `change` bytes (negative when bytes go) to what the account holds.
 *
 * @throws HttpError `payload_too_large` over `bound` bytes, `unauthorized` when the account was deleted meanwhile
 */
export async function changeStoredBytes(
  db: Connection,
  accountId: string,
  change: number,
  bound: number,
): Promise<void> {
  const account = await db
    .updateTable('accounts')
    .set((row) => ({ stored_bytes: row('stored_bytes', '+', change) }))
    .where('id', '=', accountId)
    .returning('stored_bytes')
    .executeTakeFirst();
  if (account === undefined) throw new HttpError('unauthorized');
  if (change > 0 && account.stored_bytes > bound)
    throw new HttpError('payload_too_large', 'This account has no room left for that.');
}
