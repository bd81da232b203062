/** The tables of sealed recordings, of accounts and of workspaces, one step of migrations.ts. */
import { sql, type Kysely } from 'kysely';

const strict = sql`strict`;

/** Makes them. */
export async function createRecordings(db: Kysely<unknown>): Promise<void> {
  await createPair(db, { prefix: '', owners: 'accounts', owner: 'account_id' });
  await createPair(db, { prefix: 'workspace_', owners: 'workspaces', owner: 'workspace_id' });
}

async function createPair(
  { schema }: Kysely<unknown>,
  { prefix, owners, owner }: { prefix: string; owners: string; owner: string },
): Promise<void> {
  const recordings = `${prefix}recordings`;
  const pieces = `${prefix}recording_pieces`;
  // No reference to the transcript: a recording is sent before the write that names it, which may be the transcript's first.
  await schema
    .createTable(recordings)
    .addColumn(owner, 'text', (column) => column.notNull().references(`${owners}.id`).onDelete('cascade'))
    .addColumn('transcript_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addPrimaryKeyConstraint(`${recordings}_key`, [owner, 'transcript_id', 'id'])
    .modifyEnd(strict)
    .execute();
  await schema.createIndex(`${recordings}_by_expiry`).on(recordings).column('expires_at').execute();
  const key = [owner, 'transcript_id', 'recording_id'] as const;
  await schema
    .createTable(pieces)
    .addColumn(owner, 'text', (column) => column.notNull())
    .addColumn('transcript_id', 'text', (column) => column.notNull())
    .addColumn('recording_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${pieces}_key`, [...key, 'number'])
    .addForeignKeyConstraint(
      `${pieces}_of_recording`,
      [...key],
      recordings,
      [owner, 'transcript_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .modifyEnd(strict)
    .execute();
}
