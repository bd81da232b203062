/** Bringing a database to the present schema, and the secret that is made once in it: the same for both kinds of store. */
import { randomBytes } from 'node:crypto';
import { Migrator, type Kysely, type Migration } from 'kysely';
import type { Schema } from './schema.js';

/** What an error says, for the message of another. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Takes the steps that the database has not taken yet, in one transaction.
 *
 * @throws Error when a step fails, or the database has taken one that is unknown here: it is of a newer version
 */
export async function migrate(db: Kysely<Schema>, migrations: Record<string, Migration>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new Error(`it could not be brought to the present schema: ${reasonOf(error)}`, { cause: error });
}

/** The store's 32 random bytes, made where there are none. */
export async function readSecret(db: Kysely<Schema>): Promise<Uint8Array> {
  await db
    .insertInto('server_secrets')
    .values({ name: 'prelogin', value: randomBytes(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom('server_secrets')
    .select('value')
    .where('name', '=', 'prelogin')
    .executeTakeFirstOrThrow();
  return row.value;
}
