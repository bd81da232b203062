/**
 * What several servers have to agree on beside the store's own content: failed attempts, how often an address has knocked, tokens of
 * streams. One server keeps these in memory; in PostgreSQL they are tables that are not logged, so that they cost little and
 * are gone after a crash of the database. Keys are hashed under the store's secret: no address and no email stands in them.
 */
import { sql, type Kysely, type Migration } from 'kysely';
import { createHmac } from 'node:crypto';
import type { Store } from './index.js';

async function createShared({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('shared_attempts')
    .modifyFront(sql`unlogged`)
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('last', 'integer', (column) => column.notNull())
    .addColumn('blocked_until', 'integer', (column) => column.notNull())
    .addColumn('forget_at', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('shared_knocks')
    .modifyFront(sql`unlogged`)
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('ends_at', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('shared_stream_tokens')
    .modifyFront(sql`unlogged`)
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('expires_at', 'integer', (column) => column.notNull())
    .execute();
  for (const [table, column] of [
    ['shared_attempts', 'forget_at'],
    ['shared_knocks', 'ends_at'],
    ['shared_stream_tokens', 'account_id'],
    ['shared_stream_tokens', 'expires_at'],
  ] as const)
    await schema.createIndex(`${table}_by_${column}`).on(table).column(column).execute();
}

/** The steps that only PostgreSQL takes. */
export const sharedMigrations: Record<string, Migration> = { '0010-shared': { up: createShared } };

/** The key of a row for something that is not to be read from it. */
export function sharedKey(store: Store, kind: string, name: string): string {
  return createHmac('sha256', store.secret)
    .update(`sealscribe/shared/v1\0${kind}\0`)
    .update(name, 'utf8')
    .digest('base64url');
}

/** Deletes what has run out. */
export async function sweepShared({ db, isShared }: Store, now: Date): Promise<void> {
  if (!isShared) return;
  const time = now.getTime();
  await db.deleteFrom('shared_attempts').where('forget_at', '<=', time).execute();
  await db.deleteFrom('shared_knocks').where('ends_at', '<=', time).execute();
  await db.deleteFrom('shared_stream_tokens').where('expires_at', '<=', time).execute();
}
