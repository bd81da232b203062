/** The tables of identities and workspaces, one step of migrations.ts. */
import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';

const strict = sql`strict`;
const notNull = (column: ColumnDefinitionBuilder) => column.notNull();
const ofAccount = (column: ColumnDefinitionBuilder) => column.references('accounts.id').onDelete('cascade');
const ofWorkspace = (column: ColumnDefinitionBuilder) =>
  column.notNull().references('workspaces.id').onDelete('cascade');

/** Makes them. */
export async function createWorkspaces(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('identities')
    .addColumn('account_id', 'text', (column) => ofAccount(column.primaryKey()))
    .addColumn('public_key', 'text', notNull)
    .addColumn('private_key', 'text', notNull)
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspaces')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('epoch', 'integer', notNull)
    .addColumn('key_number', 'integer', notNull)
    .addColumn('card', 'text', notNull)
    .addColumn('stored_bytes', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'text', notNull)
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_members')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('account_id', 'text', (column) => ofAccount(column.notNull()))
    .addColumn('role', 'text', notNull)
    .addColumn('epoch', 'integer', notNull)
    .addColumn('membership', 'text')
    .addPrimaryKeyConstraint('workspace_members_key', ['workspace_id', 'account_id'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_epochs')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('epoch', 'integer', notNull)
    .addColumn('sender', 'text', notNull)
    .addColumn('roster', 'text', notNull)
    .addPrimaryKeyConstraint('workspace_epochs_key', ['workspace_id', 'epoch'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_deliveries')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('epoch', 'integer', notNull)
    .addColumn('account_id', 'text', (column) => ofAccount(column.notNull()))
    .addColumn('delivery', 'text', notNull)
    .addPrimaryKeyConstraint('workspace_deliveries_key', ['workspace_id', 'epoch', 'account_id'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_invitations')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('invited_id', 'text', notNull)
    .addColumn('account_id', 'text', ofAccount)
    .addColumn('public_key', 'text', notNull)
    .addColumn('inviter_id', 'text', (column) => ofAccount(column.notNull()))
    .addColumn('created_at', 'text', notNull)
    .addPrimaryKeyConstraint('workspace_invitations_key', ['workspace_id', 'invited_id'])
    .modifyEnd(strict)
    .execute();
  for (const table of ['workspace_members', 'workspace_deliveries', 'workspace_invitations'])
    await schema.createIndex(`${table}_by_account`).on(table).column('account_id').execute();
  await createTranscripts(db);
}

/** Like those of accounts, column by column. */
async function createTranscripts({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('workspace_transcripts')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('id', 'text', notNull)
    .addColumn('revision', 'integer', notNull)
    .addColumn('created_at', 'text', notNull)
    .addColumn('updated_at', 'text', notNull)
    .addColumn('transcript_revision', 'integer', notNull)
    .addColumn('words_revision', 'integer', notNull)
    .addColumn('key', 'blob', notNull)
    .addColumn('card', 'blob', notNull)
    .addColumn('transcript', 'blob', notNull)
    .addColumn('words', 'blob', notNull)
    .addPrimaryKeyConstraint('workspace_transcripts_key', ['workspace_id', 'id'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_earlier_cards')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('id', 'text', notNull)
    .addColumn('revision', 'integer', notNull)
    .addColumn('transcript_revision', 'integer', notNull)
    .addColumn('words_revision', 'integer', notNull)
    .addColumn('card', 'blob', notNull)
    .addPrimaryKeyConstraint('workspace_earlier_cards_key', ['workspace_id', 'id', 'revision'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_earlier_parts')
    .addColumn('workspace_id', 'text', ofWorkspace)
    .addColumn('id', 'text', notNull)
    .addColumn('part', 'text', notNull)
    .addColumn('revision', 'integer', notNull)
    .addColumn('bytes', 'blob', notNull)
    .addPrimaryKeyConstraint('workspace_earlier_parts_key', ['workspace_id', 'id', 'part', 'revision'])
    .modifyEnd(strict)
    .execute();
  await schema
    .createTable('workspace_indexes')
    .addColumn('workspace_id', 'text', (column) =>
      column.primaryKey().references('workspaces.id').onDelete('cascade'),
    )
    .addColumn('revision', 'integer', notNull)
    .addColumn('sealed', 'blob', notNull)
    .modifyEnd(strict)
    .execute();
}
