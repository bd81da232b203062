/**
 * The store of one server: one libsql (SQLite) file in the data folder, brought to the present schema. A write is acknowledged only
 * after it is on disk (`synchronous=FULL`), and what is deleted is overwritten (`secure_delete`) and checkpointed away.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { Kysely } from 'kysely';
import { LibsqlDialect } from './libsql-dialect.js';
import { migrate, readSecret, reasonOf } from './migrate.js';
import { migrations } from './migrations.js';
import { Reserve } from './reserve.js';
import { emptyLog, sizeOfLog } from './residue.js';
import type { Schema } from './schema.js';
import type { Store } from './index.js';

/** The database in the data folder. */
export const FILE_NAME = 'sealscribe.db';
/** Bytes at which the log is emptied without a deletion asking for it. */
const LONG_LOG = 4 * 1024 * 1024;

/**
 * Opens, or makes, the file in `folder`.
 *
 * @throws Error that says what to do
 */
export async function openLibsql(folder: string, reserve?: number): Promise<Store> {
  try {
    return await open(folder, reserve);
  } catch (cause) {
    throw new Error(
      `The database in ${folder} does not open (${reasonOf(cause)}): check the disk and who may write there, or put a backup in its place.`,
      { cause },
    );
  }
}

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
    await migrate(db, migrations);
    const secret = await readSecret(db);
    reserve.fill();
    return {
      ...{ db, secret, isShared: false, rowPlace: 'rowid', scrub, free },
      transact: (change) => db.transaction().execute(change),
      close: () => scrub().finally(() => db.destroy()),
    };
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

/** After every use of the connection; what fails here is tried again after the next one, and fails no write. */
function emptyLongLog(database: Database.Database, log: string): void {
  if (sizeOfLog(log) < LONG_LOG) return;
  try {
    emptyLog(database, log);
  } catch {
    // The log keeps everything that was acknowledged.
  }
}
