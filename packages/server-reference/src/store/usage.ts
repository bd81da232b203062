/**
 * Minutes that accounts have used, by month, and the limits of single accounts. Two months are kept: the present one, and the one before
 * it, for whoever settles accounts at its end.
 */
import type { Connection } from './index.js';

/** Limits; undefined where there is none. */
export interface Limits {
  /** A month. */
  readonly minutes: number | undefined;
  /** Transcriptions at once. */
  readonly concurrent: number | undefined;
  /** Bytes of one file. */
  readonly fileBytes: number | undefined;
}

/** The month of a time in UTC, such as 2026-05. */
export const monthOf = (time: Date): string => time.toISOString().slice(0, 7);

/** Adds whole seconds to what an account has used; an account that is not there any more has used nothing. */
export async function addUsage(db: Connection, account: string, seconds: number, now: Date): Promise<void> {
  const month = monthOf(now);
  const before = new Date(now);
  before.setUTCDate(1);
  before.setUTCMonth(before.getUTCMonth() - 1);
  const owner = await db.selectFrom('accounts').select('id').where('id', '=', account).executeTakeFirst();
  if (owner === undefined) return;
  await db
    .insertInto('usage_months')
    .values({ account_id: account, month, seconds })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'month']).doUpdateSet((update) => ({
        seconds: update('usage_months.seconds', '+', update.ref('excluded.seconds')),
      })),
    )
    .execute();
  await db
    .deleteFrom('usage_months')
    .where('account_id', '=', account)
    .where('month', '<', monthOf(before))
    .execute();
}

/** Seconds that an account has used this month. */
export async function usedSeconds(db: Connection, account: string, now: Date): Promise<number> {
  const row = await db
    .selectFrom('usage_months')
    .select('seconds')
    .where('account_id', '=', account)
    .where('month', '=', monthOf(now))
    .executeTakeFirst();
  return Number(row?.seconds ?? 0);
}

/** The limits of one account: its own, and the server's where it has none. */
export async function limitsOf(db: Connection, account: string, server: Limits): Promise<Limits> {
  const own = await db
    .selectFrom('quotas')
    .select(['minutes', 'concurrent', 'file_bytes'])
    .where('account_id', '=', account)
    .executeTakeFirst();
  const pick = (value: number | null | undefined, otherwise: number | undefined) =>
    value === null || value === undefined ? otherwise : Number(value);
  return {
    minutes: pick(own?.minutes, server.minutes),
    concurrent: pick(own?.concurrent, server.concurrent),
    fileBytes: pick(own?.file_bytes, server.fileBytes),
  };
}
