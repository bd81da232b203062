// A database that an older server made, at every level of the schema that there has been, opens with this one: it has the schema of a
// new database, and everything that was in it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, Migrator, type Migration } from 'kysely';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, startPostgres, type Postgres } from '../../../../test/fixtures/postgres.js';
import type { Store } from '../../src/store/index.js';
import { LibsqlDialect } from '../../src/store/libsql-dialect.js';
import { FILE_NAME } from '../../src/store/libsql.js';
import { migrations } from '../../src/store/migrations.js';
import { openStore } from '../../src/store/open.js';
import { connectPostgres } from '../../src/store/postgres.js';
import type { Schema } from '../../src/store/schema.js';
import { sharedMigrations } from '../../src/store/shared-tables.js';

const at = '2026-01-02T03:04:05.000Z';
const account = {
  ...{ id: 'AAAAAAAAAAAAAAAAAAAAAA', email: 'older@example.com', salt: 'salt', iterations: 600_000 },
  ...{ key_version: 1, auth_hash: '$scrypt$', wrap_password: 'wrap', stored_bytes: 3 },
  ...{ created_at: at, updated_at: at },
};
const blob = {
  ...{ account_id: account.id, id: 'BBBBBBBBBBBBBBBBBBBBBB', revision: 2, created_at: at, updated_at: at },
  ...{ size: 3, bytes: Buffer.from([1, 2, 3]) },
};
const transcript = {
  ...{ account_id: account.id, id: 'CCCCCCCCCCCCCCCCCCCCCC', revision: 4, created_at: at, updated_at: at },
  ...{ transcript_revision: 4, words_revision: 1, key: Buffer.from([4]), card: Buffer.from([5]) },
  ...{ transcript: Buffer.from([6]), words: Buffer.from([7]) },
};

/** Takes the first so many steps, and puts something into the tables of the first. */
async function makeOlder(connection: unknown, all: object, level: number): Promise<void> {
  // Its types are here those of kysely's other module format.
  const db = connection as Kysely<Schema>;
  const steps = Object.entries(all) as [string, Migration][];
  const first = Object.fromEntries(steps.sort().slice(0, level));
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => first },
  }).migrateToLatest();
  if (error !== undefined) throw error as Error;
  await db.insertInto('accounts').values(account).execute();
  await db.insertInto('blobs').values(blob).execute();
  await db.insertInto('transcripts').values(transcript).execute();
  await db
    .insertInto('server_secrets')
    .values({ name: 'prelogin', value: Buffer.alloc(32, 9) })
    .execute();
  await db.destroy();
}

const plain = (row: object | undefined) =>
  Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (value as unknown),
    ]),
  );

/** What is in the store of what was put there, and the tables with their columns. */
async function look(store: Store) {
  const { db } = store;
  const tables = await db.introspection.getTables();
  const rows = [
    await db.selectFrom('accounts').selectAll().executeTakeFirst(),
    await db.selectFrom('blobs').selectAll().executeTakeFirst(),
    await db.selectFrom('transcripts').selectAll().executeTakeFirst(),
  ];
  const { secret } = store;
  await store.close();
  return {
    tables: tables.map(({ name, columns }) => [
      name,
      ...columns.map((column) => `${column.name} ${column.dataType}`).sort(),
    ]),
    rows: rows.map(plain),
    secret: Buffer.from(secret),
  };
}

type Looked = Awaited<ReturnType<typeof look>>;

/** Nothing is lost, and nothing tells the database from a new one. */
async function expectUpgraded(store: Store, fresh: Looked): Promise<void> {
  const { tables, rows, secret } = await look(store);
  for (const [i, row] of [account, blob, transcript].entries()) expect(rows[i]).toMatchObject(plain(row));
  expect(tables).toEqual(fresh.tables);
  expect(secret).toEqual(Buffer.alloc(32, 9));
}

describe('a file', () => {
  const place = mkdtempSync(join(tmpdir(), 'sealscribe-upgrade-'));
  let fresh: Looked;
  beforeAll(async () => {
    fresh = await look(await openStore(mkdtempSync(join(place, 'new-')), { reserve: 1000 }));
  });
  afterAll(() => rmSync(place, { recursive: true }));

  test.each(Object.keys(migrations).map((name, i) => [name, i + 1] as const))(
    'of a server that knew %s',
    async (name, level) => {
      const folder = mkdtempSync(join(place, name));
      const older = new Kysely<Schema>({
        dialect: new LibsqlDialect(new Database(join(folder, FILE_NAME)), () => undefined) as never,
      });
      await makeOlder(older, migrations, level);
      await expectUpgraded(await openStore(folder, { reserve: 1000 }), fresh);
    },
  );
});

describe.skipIf(!hasPostgres)('a PostgreSQL database', () => {
  const all = { ...migrations, ...sharedMigrations };
  let postgres: Postgres;
  let fresh: Looked;
  beforeAll(async () => {
    postgres = await startPostgres();
    fresh = await look(await openStore('', { database: postgres.createDatabase() }));
  });
  afterAll(() => postgres?.stop());

  test.each([1, Object.keys(all).length - 1])('of a server that knew %i steps', async (level) => {
    const database = postgres.createDatabase();
    await makeOlder(await connectPostgres(database), all, level);
    await expectUpgraded(await openStore('', { database }), fresh);
  });
});
