/** The table of changes of an email that wait for their code, one step of migrations.ts. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';

const strict = sql`strict`;
const notNull = (column: ColumnDefinitionBuilder) => column.notNull();

/** Makes it. */
export async function createPendingEmails(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pending_emails')
    .addColumn('account_id', 'text', (column) =>
      column.primaryKey().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('email', 'text', notNull)
    .addColumn('salt', 'text', notNull)
    .addColumn('iterations', 'integer', notNull)
    .addColumn('key_version', 'integer', notNull)
    .addColumn('auth_hash', 'text', notNull)
    .addColumn('wrap_password', 'text', notNull)
    .addColumn('expires_at', 'text', notNull)
    .modifyEnd(strict)
    .execute();
}
