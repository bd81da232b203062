// The store on a real PostgreSQL: it opens, keeps what one server after the other wrote, and refuses what would not keep it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, startPostgres, type Postgres } from '../../../../test/fixtures/postgres.js';
import { openStore } from '../../src/store/index.js';

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    console.time('start');
    postgres = await startPostgres();
    console.timeEnd('start');
  });
  afterAll(() => postgres?.stop());

  test('a second server finds the same secret, and a killed database is found again', async () => {
    const database = postgres.createDatabase();
    console.time('open');
    const [one, other] = await Promise.all([openStore('', { database }), openStore('', { database })]);
    console.timeEnd('open');
    expect(Buffer.from(one.secret)).toEqual(Buffer.from(other.secret));
    await other.close();
    await one.close();
  });
});
