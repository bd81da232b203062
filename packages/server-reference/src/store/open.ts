/** Opens the store: a file of this server's own, or the database that several share. */
import { openLibsql } from './libsql.js';
import { openPostgres } from './postgres.js';
import type { Store } from './index.js';

/**
 * Opens, or makes, the store: the PostgreSQL `database` (an address) where one is given, else a file in `folder`; folder and
 * file are for the server's own user alone. `reserve` is how many bytes are put aside there for deletions on a full disk.
 *
 * @throws Error that says what to do when the database is damaged, cannot be read or written, or is of a newer version
 */
export async function openStore(
  folder: string,
  { database, reserve }: { database?: string | undefined; reserve?: number } = {},
): Promise<Store> {
  return database === undefined ? openLibsql(folder, reserve) : openPostgres(database);
}
