/**
 * Giving back the place of what was deleted in PostgreSQL, where a deleted or replaced row stays in its file until VACUUM has marked
 * its place as free, and its bytes until others are written there or the table is written anew (VACUUM FULL): docs/self-hosting.md
 * says what that means. Asked for after every deletion; one server at a time does it, at most once a minute.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from './schema.js';

const PAUSE_MS = 60_000;
/** Any number, the same for every server. */
const LOCK = 7_370_313;

/** VACUUM in its time. */
export class Vacuum {
  readonly #db: Kysely<Schema>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** The database's process that does it. */
  #process: number | undefined;
  #last = 0;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Has it done, now or as soon as the last time is long enough ago. */
  ask(): void {
    if (this.#timer !== undefined) return;
    const due = Math.max(1000, this.#last + PAUSE_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = Date.now();
      // What fails here is done by the next one, or by the database's own.
      this.#running = this.#run().catch(() => undefined);
    }, due).unref();
  }

  async #run(): Promise<void> {
    await this.#db.connection().execute(async (db) => {
      const { rows } = await sql<{ mine: boolean; process: number }>`
        select pg_try_advisory_lock(${LOCK}) as mine, pg_backend_pid() as process`.execute(db);
      if (rows[0]?.mine !== true) return;
      this.#process = rows[0].process;
      try {
        await sql`set statement_timeout = 0`.execute(db);
        await sql`vacuum (skip_locked)`.execute(db);
      } finally {
        this.#process = undefined;
        await sql`reset statement_timeout`.execute(db);
        await sql`select pg_advisory_unlock(${LOCK})`.execute(db);
      }
    });
  }

  /** Breaks off what is being done: the next server goes on with it. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#process !== undefined) await sql`select pg_cancel_backend(${this.#process})`.execute(this.#db);
    await this.#running;
  }
}
