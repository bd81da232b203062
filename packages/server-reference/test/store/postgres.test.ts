// The store on a real PostgreSQL: every table goes with its account, what deletion leaves in files is what the documentation says, and a
// database that would lose what was stored is refused.
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, startPostgres, type Postgres } from '../../../../test/fixtures/postgres.js';
import { attemptsOf } from '../../src/auth/shared-lockout.js';
import { createAccount } from '../../src/store/accounts.js';
import { createBlob, deleteBlob } from '../../src/store/blobs.js';
import { deleteAccount } from '../../src/store/deletion.js';
import { openStore } from '../../src/store/open.js';
import { filesWith } from './raw-files.js';

const newId = () => randomBytes(16).toString('base64url');

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  const newAccount = () => ({
    ...{ id: newId(), email: `${newId()}@example.com`, salt: newId(), iterations: 600_000, keyVersion: 1 },
    ...{ authHash: '$scrypt$', wraps: { password: newId() }, recovery: null },
  });

  test('servers that start at the same time make one schema and one secret', async () => {
    const database = postgres.createDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore('', { database })));
    const secrets = new Set(stores.map(({ secret }) => Buffer.from(secret).toString('hex')));
    for (const store of stores) await store.close();
    expect(secrets.size).toBe(1);
  });

  test('every table that is anybody’s goes with the account or the workspace', () => {
    const database = postgres.createDatabase();
    return openStore('', { database }).then(async (store) => {
      await store.close();
      const tables = postgres.query(
        database,
        `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and not exists
         (select 1 from pg_constraint where conrelid = pg_class.oid and contype = 'f' and confdeltype = 'c') order by 1`,
      );
      expect(tables.split('\n')).toEqual([
        ...['accounts', 'kysely_migration', 'kysely_migration_lock', 'server_secrets'],
        ...['shared_attempts', 'shared_knocks', 'workspaces'],
      ]);
    });
  });

  test('two servers never let an account hold more than its bound, and its sum is true', async () => {
    const database = postgres.createDatabase();
    const stores = await Promise.all([1, 2].map(() => openStore('', { database })));
    const [one] = stores;
    if (one === undefined) throw new Error('There is no store.');
    const account = newAccount();
    await createAccount(one, account, new Date());
    const ids = Array.from({ length: 12 }, newId);
    const written = await Promise.allSettled(
      ids.map((id, i) => {
        const place = { accountId: account.id, id, bound: 5000 };
        return createBlob(stores[i % 2] ?? one, place, randomBytes(1000), new Date());
      }),
    );
    expect(written.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const sums = 'select (select sum(size) from blobs), (select sum(stored_bytes) from accounts)';
    expect(postgres.query(database, sums)).toBe('5000|5000');
    // Deleted by both at once while others are written: the sum stays true.
    const deleted = await Promise.allSettled(
      ids.flatMap((id) => stores.map((store) => deleteBlob(store, account.id, id, undefined))),
    );
    expect(deleted.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(postgres.query(database, 'select sum(stored_bytes) from accounts')).toBe('0');
    for (const store of stores) await store.close();
  });

  test('servers whose clocks differ count guesses alike: the free ones are free at the one behind', async () => {
    const store = await openStore('', { database: postgres.createDatabase() });
    const at = (clock: number) => {
      const times = { firstWait: 1, longestWait: 900, memory: 3600, keys: 10 };
      return attemptsOf(store, 'email', { ...times, free: 3, clock: () => clock });
    };
    const [ahead, behind] = [at(10_000), at(9400)];
    const guesses: number[] = [];
    for (const server of [ahead, behind, ahead]) guesses.push(await server.count('a@example.com'));
    expect(guesses).toEqual([0, 0, 0]);
    expect(await behind.count('a@example.com')).toBe(0);
    expect(await behind.waitOf('a@example.com')).toBe(1);
    expect(await ahead.waitOf('a@example.com')).toBe(0.4);
    await store.close();
  });

  test('what was deleted is found by no query; in files it stays until the tables are written anew', async () => {
    const database = postgres.createDatabase();
    const store = await openStore('', { database });
    const account = newAccount();
    await createAccount(store, account, new Date());
    const bytes = randomBytes(50_000);
    const place = { accountId: account.id, id: newId(), bound: 1_000_000 };
    await createBlob(store, place, bytes, new Date());
    postgres.query(database, 'checkpoint');
    const traces = [bytes.subarray(0, 24), bytes.subarray(-24), Buffer.from(account.email)];
    for (const trace of traces) expect(filesWith(postgres.folder, trace)).not.toEqual([]);
    await deleteAccount(store, account.id);
    expect(postgres.query(database, 'select count(*) from blobs')).toBe('0');
    const vacuumed = `select last_vacuum is not null from pg_stat_user_tables where relname = 'blobs'`;
    await expect.poll(() => postgres.query(database, vacuumed), { timeout: 50_000 }).toBe('t');
    await store.close();
    // The procedure of docs/self-hosting.md.
    postgres.query(database, 'vacuum full');
    postgres.query(database, 'select pg_switch_wal()');
    postgres.query(database, 'checkpoint');
    for (const trace of traces) expect(filesWith(postgres.folder, trace)).toEqual([]);
  });

  test('a connection that ends while it is used fails what used it, and nothing else', async () => {
    const database = postgres.createDatabase();
    const store = await openStore('', { database });
    const account = newAccount();
    const change = store.transact(async (transaction) => {
      const read = () => transaction.selectFrom('accounts').select('id').execute();
      await read();
      const idle =
        "from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
      expect(postgres.query(database, `select pg_terminate_backend(pid, 5000) ${idle}`)).toBe('t');
      await setTimeout(100); // it hears of that between two queries
      return read();
    });
    await expect(change).rejects.toThrow();
    await createAccount(store, account, new Date());
    expect(postgres.query(database, 'select count(*) from accounts')).toBe('1');
    await store.close();
  });

  test.each(['fsync', 'synchronous_commit'])('%s = off is refused', async (setting) => {
    const database = postgres.createDatabase();
    const name = new URL(database).pathname.slice(1);
    if (setting === 'fsync') {
      postgres.query(database, 'alter system set fsync = off');
      postgres.query(database, 'select pg_reload_conf()');
      await expect(openStore('', { database })).rejects.toThrow('fsync is off');
      postgres.query(database, 'alter system reset fsync');
      postgres.query(database, 'select pg_reload_conf()');
    } else {
      // A default of the database does not win over the server's own word.
      postgres.query(database, `alter database ${name} set synchronous_commit = off`);
      await (await openStore('', { database })).close();
    }
  });

  test.each([
    ['postgres://u:secret@db.example.com/x', 'sslmode=verify-full'],
    ['postgres://u:secret@db.example.com/x?sslmode=no-verify', 'sslmode=verify-full'],
    ['mysql://u:secret@localhost/x', 'its address is postgres://'],
    ['postgres://u:secret@localhost:1/x', 'ECONNREFUSED'],
  ])('%s does not open, and its password is not in the message', async (database, reason) => {
    const failure = await openStore('', { database }).then(() => 'it opened', String);
    expect(failure).toContain(reason);
    expect(failure).not.toContain('secret');
  });
});
