/**
 * kysely over libsql's synchronous interface. Three things differ from kysely's own SQLite dialect: bytes come back as
 * Uint8Array, a transaction takes the write lock at its start (so it can never fail half way because another process wrote),
 * and migrations run inside a transaction, so that a killed server never leaves half a schema.
 */
import type Database from 'libsql';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';

/** The dialect over one opened libsql database, which closes with kysely; `onRelease` runs after every use of it. */
export class LibsqlDialect extends SqliteDialect {
  readonly #database: Database.Database;
  readonly #onRelease: () => void;

  constructor(database: Database.Database, onRelease: () => void) {
    super({ database: withUint8Arrays(database) });
    this.#database = database;
    this.#onRelease = onRelease;
  }

  override createDriver(): Driver {
    return new LibsqlDriver(this.#database, this.#onRelease);
  }

  override createAdapter(): SqliteAdapter {
    return new LibsqlAdapter();
  }
}

class LibsqlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class LibsqlDriver extends SqliteDriver {
  readonly #database: Database.Database;
  readonly #onRelease: () => void;

  constructor(database: Database.Database, onRelease: () => void) {
    super({ database: withUint8Arrays(database) });
    this.#database = database;
    this.#onRelease = onRelease;
  }

  override async releaseConnection(): Promise<void> {
    try {
      this.#onRelease();
    } finally {
      await super.releaseConnection();
    }
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // On a full disk SQLite rolls back by itself; a second rollback would hide that error behind its own.
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** libsql hands out bytes as ArrayBuffer. */
function withUint8Arrays(database: Database.Database): SqliteDatabase {
  return {
    close: () => void database.close(),
    prepare(sql): SqliteStatement {
      const statement = database.prepare(sql);
      return {
        reader: statement.reader,
        all: (parameters) => (statement.all(parameters) as Row[]).map(bytesOfRow),
        run: (parameters) => statement.run(parameters),
        iterate: function* (parameters) {
          for (const row of statement.iterate(parameters) as Iterable<Row>) yield bytesOfRow(row);
        },
      };
    },
  };
}

type Row = Record<string, unknown>;

function bytesOfRow(row: Row): Row {
  for (const [name, value] of Object.entries(row))
    if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
  return row;
}
