/** The tables of webhooks and their deliveries, one step of migrations.ts. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';

const strict = sql`strict`;
const notNull = (column: ColumnDefinitionBuilder) => column.notNull();

/** Makes them. */
export async function createWebhooks({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('webhooks')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('url', 'text', notNull)
    .addColumn('secret', 'text', notNull)
    .addColumn('public_key', 'text')
    .addColumn('created_at', 'text', notNull)
    .modifyEnd(strict)
    .execute();
  await schema.createIndex('webhooks_by_account').on('webhooks').column('account_id').execute();
  await schema
    .createTable('webhook_deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('webhook_id', 'text', (column) =>
      column.notNull().references('webhooks.id').onDelete('cascade'),
    )
    .addColumn('type', 'text', notNull)
    .addColumn('job_id', 'text', notNull)
    .addColumn('error_code', 'text')
    .addColumn('created_at', 'text', notNull)
    .addColumn('attempts', 'integer', notNull)
    .addColumn('next_at', 'text', notNull)
    .addColumn('server', 'text', notNull)
    .modifyEnd(strict)
    .execute();
  await schema.createIndex('deliveries_by_webhook').on('webhook_deliveries').column('webhook_id').execute();
  await schema.createIndex('deliveries_by_time').on('webhook_deliveries').column('next_at').execute();
}
