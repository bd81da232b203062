/** The tables of minutes used and of limits, one step of migrations.ts. */
import { sql, type Kysely } from 'kysely';

const strict = sql`strict`;

/** Makes them. */
export async function createUsage({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('usage_months')
    .addColumn('account_id', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('month', 'text', (column) => column.notNull())
    .addColumn('seconds', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('usage_months_key', ['account_id', 'month'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('quotas')
    .addColumn('account_id', 'text', (column) =>
      column.primaryKey().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('minutes', 'integer')
    .addColumn('concurrent', 'integer')
    .addColumn('file_bytes', 'integer')
    .modifyEnd(strict)
    .execute();
}
