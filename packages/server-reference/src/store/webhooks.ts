/** Rows of webhooks. A webhook knows where to and how deliveries are signed; what is delivered stands in deliveries.ts. */
import { HttpError } from '../http-error.js';
import type { Store } from './index.js';
import type { WebhooksTable } from './service-schema.js';

/** More places than anybody keeps apart. */
const MOST = 20;

/** A webhook with the number of its deliveries that are not through. */
export type WebhookRow = WebhooksTable & { pending: number };

/**
 * Stores one.
 *
 * @throws HttpError `conflict` when the account has 20 already
 */
export async function insertWebhook(store: Store, row: WebhooksTable): Promise<void> {
  await store.transact(async (db) => {
    const { count } = await db
      .selectFrom('webhooks')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('account_id', '=', row.account_id)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST)
      throw new HttpError('conflict', `An account has at most ${MOST} webhooks: delete one.`);
    await db.insertInto('webhooks').values(row).execute();
  });
}

/** Those of an account, oldest first. */
export async function listWebhooks(store: Store, account: string): Promise<WebhookRow[]> {
  const rows = await store.db
    .selectFrom('webhooks')
    .selectAll()
    .select((select) =>
      select
        .selectFrom('webhook_deliveries')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('webhook_deliveries.webhook_id', '=', 'webhooks.id')
        .as('pending'),
    )
    .where('account_id', '=', account)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({ ...row, pending: Number(row.pending ?? 0) }));
}

/** One of an account's. @throws HttpError `not_found` */
export async function readWebhook(store: Store, account: string, id: string): Promise<WebhooksTable> {
  const row = await store.db
    .selectFrom('webhooks')
    .selectAll()
    .where('account_id', '=', account)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError('not_found');
  return row;
}

/** Deletes one, with what was still to be delivered. @throws HttpError `not_found` */
export async function deleteWebhook(store: Store, account: string, id: string): Promise<void> {
  const { numDeletedRows } = await store.db
    .deleteFrom('webhooks')
    .where('account_id', '=', account)
    .where('id', '=', id)
    .executeTakeFirst();
  if (numDeletedRows !== 1n) throw new HttpError('not_found');
}
