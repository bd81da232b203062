/**
 * Deleting an account reaches every table that there is: the schema is read from the database itself, a row of the account is put
 * into each table with random bytes in every column, and after the deletion none of them is in any file. A new table is covered
 * the day it appears, and one that the deletion forgets makes this fail.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId, Person, startVault, type VaultApp } from './vault-app.js';

/** Tables that hold nothing of any account. */
const NOBODYS = ['server_secrets', 'kysely_migration', 'kysely_migration_lock'];
/** Columns whose values mean something to the server. */
const MEANING: Record<string, string> = { role: 'owner', part: 'words' };

interface Column {
  name: string;
  type: string;
}
interface Reference {
  table: string;
  from: string;
  to: string;
}
type Row = Record<string, string | number | Buffer>;

let vault: VaultApp;
let person: Person;
beforeEach(async () => {
  vault = await startVault();
  person = await Person.signUp(vault);
});
afterEach(() => vault.close());

const rowsOf = async <T>(query: string, parameters: unknown[] = []): Promise<T[]> => {
  const compiled = CompiledQuery.raw(query, parameters) as CompiledQuery<T>;
  return (await vault.store.db.executeQuery<T>(compiled)).rows;
};
const tableNames = async () =>
  (
    await rowsOf<{ name: string }>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    )
  )
    .map(({ name }) => name)
    .filter((name) => !NOBODYS.includes(name));

/** Puts a row of the account into every table; gives the random bytes in it, by table and column. */
async function plantEverywhere(): Promise<Map<string, Buffer>> {
  const canaries = new Map<string, Buffer>();
  const rows = new Map<string, Row>([['accounts', { id: person.accountId }]]);
  const plant = async (table: string) => {
    const columns = await rowsOf<Column>(`pragma table_info(${table})`);
    const references = await rowsOf<Reference>(`pragma foreign_key_list(${table})`);
    if (references.some((reference) => !rows.has(reference.table))) return;
    const row: Row = {};
    for (const { name, type } of columns) {
      const reference = references.find(({ from }) => from === name);
      const canary = type === 'BLOB' ? randomBytes(5000) : Buffer.from(randomBytes(30).toString('base64url'));
      if (reference) row[name] = rows.get(reference.table)?.[reference.to] ?? '';
      else if (name in MEANING) row[name] = MEANING[name] ?? '';
      else if (type === 'INTEGER') row[name] = 1;
      else if (name.endsWith('_at')) row[name] = '2100-01-01T00:00:00.000Z';
      else {
        row[name] = type === 'BLOB' ? canary : canary.toString();
        if (name === 'id') row[name] = newId();
        canaries.set(`${table}.${name}`, name === 'id' ? Buffer.from(String(row[name])) : canary);
      }
    }
    rows.set(table, row);
    const names = Object.keys(row);
    const places = names.map(() => '?').join();
    await rowsOf(`insert into ${table} (${names.join()}) values (${places})`, Object.values(row));
  };
  const names = await tableNames();
  // A table waits until those that it refers to have their rows.
  for (let round = 0; round < names.length && rows.size < names.length; round++)
    for (const name of names) if (!rows.has(name)) await plant(name);
  expect([...rows.keys()].sort()).toEqual([...names].sort());
  return canaries;
}

/** Looks through all files as they are now, for pieces from the start, middle and end of bytes. */
function searchDisk(): (bytes: Buffer) => number {
  const files = readdirSync(vault.folder).map((name) => readFileSync(join(vault.folder, name)));
  return (bytes) =>
    [bytes.subarray(0, 20), bytes.subarray(bytes.length >> 1).subarray(0, 20), bytes.subarray(-20)].filter(
      (piece) => files.some((file) => file.includes(piece)),
    ).length;
}

test('of a deleted account no table keeps a row, and no file a byte', async () => {
  const canaries = await plantEverywhere();
  expect(canaries.size).toBeGreaterThan(20);
  const before = searchDisk();
  for (const [column, bytes] of canaries) expect(before(bytes), column).toBe(3);
  expect((await person.send('DELETE', '/v1/account')).statusCode).toBe(204);
  const left: Record<string, number> = {};
  for (const name of await tableNames())
    left[name] = (await rowsOf<{ count: number }>(`select count(*) as count from ${name}`))[0]?.count ?? -1;
  expect(left).toEqual(Object.fromEntries(Object.keys(left).map((name) => [name, 0])));
  const after = searchDisk();
  for (const [column, bytes] of canaries) expect(after(bytes), column).toBe(0);
  for (const text of [person.accountId, person.keys.email]) expect(after(Buffer.from(text))).toBe(0);
});

test('of deleted data no sealed byte of the account stays; keys and sign-in do', async () => {
  const canaries = await plantEverywhere();
  expect((await person.send('DELETE', '/v1/account/data')).statusCode).toBe(204);
  const after = searchDisk();
  for (const name of await tableNames()) {
    const columns = await rowsOf<Column>(`pragma table_info(${name})`);
    const isSealed = columns.some(({ type }) => type === 'BLOB');
    if (!isSealed || !columns.some((column) => column.name === 'account_id')) continue;
    expect(await rowsOf(`select 1 from ${name}`), name).toEqual([]);
    for (const [column, bytes] of canaries)
      if (column.startsWith(`${name}.`)) expect(after(bytes), column).toBe(0);
  }
  expect((await person.send('GET', '/v1/account/keys')).statusCode).toBe(200);
});
