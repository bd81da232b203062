/**
 * The steps that bring an older database to the present schema, in order of name. A step that has been released is never
 * changed; a new one is added. `strict` makes SQLite keep to the declared types; PostgreSQL takes the
 * same steps in its own types: see postgres-dialect.ts.
 */
import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely';
import { createPendingEmails } from './email-migration.js';
import { createRecordings } from './recording-migration.js';
import { createUsage } from './usage-migration.js';
import { createWebhooks } from './webhook-migration.js';
import { createWorkspaces } from './workspace-migration.js';

const strict = sql`strict`;

/** A row that belongs to an account and goes with it. */
function owned<T extends string>(table: CreateTableBuilder<T>): CreateTableBuilder<T, 'account_id'> {
  return table.addColumn('account_id', 'text', (column) =>
    column.notNull().references('accounts.id').onDelete('cascade'),
  );
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('salt', 'text', (column) => column.notNull())
    .addColumn('iterations', 'integer', (column) => column.notNull())
    .addColumn('key_version', 'integer', (column) => column.notNull())
    .addColumn('auth_hash', 'text', (column) => column.notNull())
    .addColumn('wrap_password', 'text', (column) => column.notNull())
    .addColumn('stored_bytes', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .modifyEnd(strict)
    .execute();

  await owned(db.schema.createTable('sessions'))
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .modifyEnd(strict)
    .execute();
  await db.schema.createIndex('sessions_by_account').on('sessions').column('account_id').execute();
  await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at').execute();

  await owned(db.schema.createTable('blobs'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('blobs_key', ['account_id', 'id'])
    .modifyEnd(strict)
    .execute();

  // Big parts come last: a list reads key and card without touching the pages of the bodies.
  await owned(db.schema.createTable('transcripts'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('transcript_revision', 'integer', (column) => column.notNull())
    .addColumn('words_revision', 'integer', (column) => column.notNull())
    .addColumn('key', 'blob', (column) => column.notNull())
    .addColumn('card', 'blob', (column) => column.notNull())
    .addColumn('transcript', 'blob', (column) => column.notNull())
    .addColumn('words', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('transcripts_key', ['account_id', 'id'])
    .modifyEnd(strict)
    .execute();

  await db.schema
    .createTable('vault_indexes')
    .addColumn('account_id', 'text', (column) =>
      column.primaryKey().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('sealed', 'blob', (column) => column.notNull())
    .modifyEnd(strict)
    .execute();

  await db.schema
    .createTable('server_secrets')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'blob', (column) => column.notNull())
    .modifyEnd(strict)
    .execute();
}

async function createHistory(db: Kysely<unknown>): Promise<void> {
  await owned(db.schema.createTable('earlier_cards'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('transcript_revision', 'integer', (column) => column.notNull())
    .addColumn('words_revision', 'integer', (column) => column.notNull())
    .addColumn('card', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('earlier_cards_key', ['account_id', 'id', 'revision'])
    .modifyEnd(strict)
    .execute();
  await owned(db.schema.createTable('earlier_parts'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('part', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('earlier_parts_key', ['account_id', 'id', 'part', 'revision'])
    .modifyEnd(strict)
    .execute();
}

async function addRecoveryAndApiKeys(db: Kysely<unknown>): Promise<void> {
  // SQLite adds one column at a time.
  await db.schema.alterTable('accounts').addColumn('recovery_auth_hash', 'text').execute();
  await db.schema.alterTable('accounts').addColumn('wrap_recovery', 'text').execute();
  await owned(db.schema.createTable('api_keys'))
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .modifyEnd(strict)
    .execute();
  await db.schema.createIndex('api_keys_by_account').on('api_keys').column('account_id').execute();
}

async function createShares(db: Kysely<unknown>): Promise<void> {
  await owned(db.schema.createTable('shares'))
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('transcript_id', 'text', (column) => column.notNull())
    .addColumn('access_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('views', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('max_views', 'integer')
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('link', 'blob', (column) => column.notNull())
    .addColumn('document', 'blob', (column) => column.notNull())
    .addForeignKeyConstraint(
      'shares_of_transcript',
      ['account_id', 'transcript_id'],
      'transcripts',
      ['account_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .modifyEnd(strict)
    .execute();
  await db.schema
    .createIndex('shares_by_transcript')
    .on('shares')
    .columns(['account_id', 'transcript_id'])
    .execute();
  await db.schema.createIndex('shares_by_expiry').on('shares').column('expires_at').execute();
}

/** Every step by name. */
export const migrations: Record<string, Migration> = {
  '0001-accounts-blobs-transcripts': { up: createTables },
  '0002-recovery-and-api-keys': { up: addRecoveryAndApiKeys },
  '0003-earlier-revisions': { up: createHistory },
  '0004-shares': { up: createShares },
  '0005-workspaces': { up: createWorkspaces },
  '0006-pending-emails': { up: createPendingEmails },
  '0007-recordings': { up: createRecordings },
  '0008-webhooks': { up: createWebhooks },
  '0009-usage': { up: createUsage },
};
