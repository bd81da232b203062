/** What an operator asks the store: who has an account and how much it uses. What accounts have stored is sealed; of it there are sizes. */
import type { Connection } from './index.js';
import type { QuotasTable } from './service-schema.js';

/** An account, as its operator sees it. */
export interface AccountRow {
  readonly id: string;
  readonly email: string;
  readonly createdAt: string;
  readonly storedBytes: number;
  /** Seconds of audio this month. */
  readonly seconds: number;
  readonly quota: Omit<QuotasTable, 'account_id'>;
}

/** All accounts, oldest first, or the one of an id or an email. */
export async function listAccounts(db: Connection, month: string, one?: string): Promise<AccountRow[]> {
  let query = db
    .selectFrom('accounts')
    .leftJoin('usage_months', (join) =>
      join.onRef('usage_months.account_id', '=', 'accounts.id').on('usage_months.month', '=', month),
    )
    .leftJoin('quotas', 'quotas.account_id', 'accounts.id')
    .select(['accounts.id', 'accounts.email', 'accounts.created_at', 'accounts.stored_bytes'])
    .select(['usage_months.seconds', 'quotas.minutes', 'quotas.concurrent', 'quotas.file_bytes'])
    .orderBy('accounts.created_at');
  if (one !== undefined)
    query = query.where((where) =>
      where.or([where('accounts.id', '=', one), where('accounts.email', '=', one)]),
    );
  const number = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return (await query.execute()).map((row) => ({
    ...{ id: row.id, email: row.email, createdAt: row.created_at },
    storedBytes: Number(row.stored_bytes),
    seconds: Number(row.seconds ?? 0),
    quota: {
      minutes: number(row.minutes),
      concurrent: number(row.concurrent),
      file_bytes: number(row.file_bytes),
    },
  }));
}

/** Sets limits of one account; what is left out stays. */
export async function setQuota(
  db: Connection,
  account: string,
  quota: Partial<Omit<QuotasTable, 'account_id'>>,
): Promise<void> {
  const empty = { account_id: account, minutes: null, concurrent: null, file_bytes: null };
  await db
    .insertInto('quotas')
    .values({ ...empty, ...quota })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ account_id: account, ...quota }))
    .execute();
}

/** Ends all sessions of an account and deletes its API keys; gives how many there were. */
export async function endAccess(
  db: Connection,
  account: string,
): Promise<{ sessions: number; apiKeys: number }> {
  const sessions = await db.deleteFrom('sessions').where('account_id', '=', account).executeTakeFirst();
  const apiKeys = await db.deleteFrom('api_keys').where('account_id', '=', account).executeTakeFirst();
  return { sessions: Number(sessions.numDeletedRows), apiKeys: Number(apiKeys.numDeletedRows) };
}
