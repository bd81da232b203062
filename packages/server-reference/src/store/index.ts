/**
 * Opens the store: one libsql (SQLite) file in the data folder, brought to the present schema. A write is acknowledged only
 * after it is on disk (`synchronous=FULL`), and what is deleted is overwritten (`secure_delete`) and checkpointed away.
 * The other files of this folder read and write its tables, one concept each.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import Database from 'libsql';
import { Kysely, Migrator, type Transaction } from 'kysely';
import { LibsqlDialect } from './libsql-dialect.js';
import { migrations } from './migrations.js';
import { Reserve } from './reserve.js';
import { emptyLog, sizeOfLog } from './residue.js';
import type { Schema } from './schema.js';

/** A connection that reads and writes: the store's own, or a transaction on it. */
export type Connection = Kysely<Schema> | Transaction<Schema>;

/** Accounts and sealed bytes on disk. */
export interface Store {
  readonly db: Kysely<Schema>;
  /** 32 random bytes of this server, made once. */
  readonly secret: Uint8Array;
  /** Moves every change into the main file and empties the log, so that no deleted or replaced byte stays in any file. */
  scrub(): Promise<void>;
  /** Runs a change that frees space, or that leads to one; on a full disk it may use what was put aside: see reserve.ts. */
  free<T>(change: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The database in the data folder. */
export const FILE_NAME = 'sealscribe.db';
/** Bytes at which the log is emptied without a deletion asking for it. */
const LONG_LOG = 4 * 1024 * 1024;

/**
 * Opens, or makes, the store in `folder`; folder and files are for the server's own user alone. `reserve` is how many bytes
 * are put aside there for deletions on a full disk.
 *
 * @throws Error that says what to do when the database is damaged, cannot be read or written, or is of a newer version
 */
export async function openStore(folder: string, options: { reserve?: number } = {}): Promise<Store> {
  try {
    return await open(folder, options.reserve);
  } catch (cause) {
    throw new Error(
      `The database in ${folder} does not open (${reasonOf(cause)}): check the disk and who may write there, or put a backup in its place.`,
      { cause },
    );
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function open(folder: string, reserved: number | undefined): Promise<Store> {
  const database = openDatabase(folder);
  const log = join(folder, `${FILE_NAME}-wal`);
  const db = new Kysely<Schema>({
    dialect: new LibsqlDialect(database, () => emptyLongLog(database, log)),
  });
  const reserve = new Reserve(folder, reserved);
  // Holding the connection, so that no transaction is open.
  const empty = () => db.connection().execute(async () => emptyLog(database, log));
  const shrink = async () => {
    await empty();
    // Through exec, which steps to the end: every step of this pragma gives one unused page back to the file system.
    await db.connection().execute(async () => database.exec('pragma incremental_vacuum'));
    await empty();
  };
  const free = <T>(change: () => Promise<T>) => reserve.lend(change, shrink);
  const scrub = () => free(empty);
  try {
    await migrate(db);
    const secret = await readSecret(db);
    reserve.fill();
    return { db, secret, scrub, free, close: () => scrub().finally(() => db.destroy()) };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function openDatabase(folder: string): Database.Database {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, FILE_NAME);
  // Made before SQLite opens it: the log and its index take their modes from this file.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new Database(path);
  for (const pragma of [
    'busy_timeout = 5000',
    'auto_vacuum = INCREMENTAL',
    'journal_mode = WAL',
    'synchronous = FULL',
    'secure_delete = ON',
    // Only emptyLog moves the log into the main file: see residue.ts.
    'wal_autocheckpoint = 0',
    'foreign_keys = ON',
    'temp_store = MEMORY',
  ])
    database.pragma(pragma);
  return database;
}

async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new Error(`it could not be brought to the present schema: ${reasonOf(error)}`, { cause: error });
}

async function readSecret(db: Kysely<Schema>): Promise<Uint8Array> {
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

/** After every use of the connection; what fails here is tried again after the next one, and fails no write. */
function emptyLongLog(database: Database.Database, log: string): void {
  if (sizeOfLog(log) < LONG_LOG) return;
  try {
    emptyLog(database, log);
  } catch {
    // The log keeps everything that was acknowledged.
  }
}
