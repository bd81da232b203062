/**
 * What the store is to the rest of the server: accounts and sealed bytes, in a libsql (SQLite) file in the data folder (libsql.ts), or, for
 * several servers, in a PostgreSQL database (postgres.ts); schema, steps and queries are the same. open.ts opens it; the other files of
 * this folder read and write its tables, one concept each.
 */
import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';

/** What reads and writes: the store's own connection, or a transaction on it. Transactions begin in {@link Store.transact} alone. */
export type Connection = Pick<
  Kysely<Schema>,
  | 'selectFrom'
  | 'insertInto'
  | 'updateTable'
  | 'deleteFrom'
  | 'withPlugin'
  | 'executeQuery'
  | 'getExecutor'
  | 'introspection'
>;

/** How a transaction stands to others. */
export type Isolation = 'serializable' | 'read committed';

/** Accounts and sealed bytes on disk. */
export interface Store {
  /** For a single statement; what belongs together goes through {@link transact}. */
  readonly db: Connection;
  /** 32 random bytes of this service, made once, the same for all of its servers. */
  readonly secret: Uint8Array;
  /** Whether several servers may use it: what they have to agree on is then kept in it (see shared-tables.ts), not in memory. */
  readonly isShared: boolean;
  /** The database's own name of the place of a row. */
  readonly rowPlace: 'rowid' | 'ctid';
  /**
   * Runs statements that belong together: all of them or none, with the same outcome as if nobody else wrote meanwhile. Where
   * several servers write it may run `change` again from its start, so that it must not do anything beside. `read committed` is
   * for statements that are right whatever others commit between them: on PostgreSQL they wait for each other's rows.
   */
  transact<T>(change: (db: Connection) => Promise<T>, isolation?: Isolation): Promise<T>;
  /**
   * On libsql, moves every change into the main file and empties the log, so that no deleted or replaced byte stays in any
   * file. On PostgreSQL, has the place of what was deleted given back before long: see vacuum.ts.
   */
  scrub(): Promise<void>;
  /** Runs a change that frees space, or that leads to one; on a full disk it may use what was put aside: see reserve.ts. */
  free<T>(change: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
