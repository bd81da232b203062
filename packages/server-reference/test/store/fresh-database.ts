/** Which store the tests of this run are about: libsql, or, in the project `postgres`, a fresh database of PostgreSQL each time. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** Address of the server's PostgreSQL; undefined where tests are about libsql. */
const server = inject('postgres');

/** Whether tests are about PostgreSQL. */
export const onPostgres = server !== undefined;

/** An empty database; undefined where tests are about libsql. */
export async function freshDatabase(): Promise<string | undefined> {
  if (server === undefined) return undefined;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await client.query(`create database ${name}`);
  await client.end();
  return server.replace(/\/test_\w+\?/, `/${name}?`);
}
