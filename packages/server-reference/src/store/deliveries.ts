/** Rows of deliveries that are on their way: which job ended how, when it is tried next, and by which run of a server. No content. */
import type { Connection } from './index.js';
import type { WebhookDeliveriesTable, WebhooksTable } from './service-schema.js';

/** A delivery with where it goes. */
export type DueDelivery = WebhookDeliveriesTable & Pick<WebhooksTable, 'url' | 'secret' | 'account_id'>;

/** The webhooks that hear of an account's jobs. */
export async function webhooksOf(
  db: Connection,
  account: string,
): Promise<Pick<WebhooksTable, 'id' | 'public_key'>[]> {
  return db.selectFrom('webhooks').select(['id', 'public_key']).where('account_id', '=', account).execute();
}

/** Stores some. */
export async function insertDeliveries(
  db: Connection,
  rows: readonly WebhookDeliveriesTable[],
): Promise<void> {
  if (rows.length > 0)
    await db
      .insertInto('webhook_deliveries')
      .values([...rows])
      .execute();
}

/** Takes over what another run of a server has left undone since `before`. */
export async function adoptDeliveries(db: Connection, server: string, before: Date): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set({ server })
    .where('server', '!=', server)
    .where('next_at', '<', before.toISOString())
    .execute();
}

/** Those of a server that are due, oldest first. */
export async function dueDeliveries(
  db: Connection,
  server: string,
  now: Date,
  most: number,
): Promise<DueDelivery[]> {
  return db
    .selectFrom('webhook_deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
    .selectAll('webhook_deliveries')
    .select(['webhooks.url', 'webhooks.secret', 'webhooks.account_id'])
    .where('webhook_deliveries.server', '=', server)
    .where('webhook_deliveries.next_at', '<=', now.toISOString())
    .orderBy('webhook_deliveries.next_at')
    .limit(most)
    .execute();
}

/** Ids of those of a server. */
export async function deliveriesOf(db: Connection, server: string): Promise<Set<string>> {
  const rows = await db.selectFrom('webhook_deliveries').select('id').where('server', '=', server).execute();
  return new Set(rows.map(({ id }) => id));
}

/** A try has failed: the next one is at `next`. */
export async function postponeDelivery(
  db: Connection,
  id: string,
  attempts: number,
  next: Date,
): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set({ attempts, next_at: next.toISOString() })
    .where('id', '=', id)
    .execute();
}

/** It has arrived, or was given up. */
export async function deleteDelivery(db: Connection, id: string): Promise<void> {
  await db.deleteFrom('webhook_deliveries').where('id', '=', id).execute();
}
