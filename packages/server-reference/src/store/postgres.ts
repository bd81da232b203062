/**
 * The store of several servers: a PostgreSQL database. What libsql gives by having one writer, PostgreSQL gives by isolation: each
 * transaction is serializable and is run again when another one got in its way. A write is acknowledged only after it is in the
 * database's log on disk (`synchronous_commit`, refused where `fsync` is off).
 */
import { sql, type Kysely } from 'kysely';
import { retryConflicts } from './conflicts.js';
import { migrate, readSecret, reasonOf } from './migrate.js';
import { migrations } from './migrations.js';
import { overPostgres, readTypes } from './postgres-dialect.js';
import type { Schema } from './schema.js';
import { sharedMigrations } from './shared-tables.js';
import { Vacuum } from './vacuum.js';
import type { Store } from './index.js';

/** Connections of one server. */
const CONNECTIONS = 16;
/** Of every connection. Sequential scans would make the database see conflicts between transactions of different accounts. */
const SETTINGS = {
  synchronous_commit: 'on',
  enable_seqscan: 'off',
  lock_timeout: '10s',
  statement_timeout: '60s',
  // A server that died without a word holds no locks for long.
  idle_in_transaction_session_timeout: '30s',
  client_min_messages: 'error',
};

/**
 * Opens the database at an address (`postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full`, or `?host=/FOLDER` of a socket).
 *
 * @throws Error that says what to do; it does not hold the address, which may hold a password
 */
export async function openPostgres(address: string): Promise<Store> {
  try {
    return await open(address);
  } catch (cause) {
    throw new Error(
      `The PostgreSQL database does not open (${reasonOf(cause)}): check --database, that PostgreSQL runs, and what its user may do.`,
      { cause },
    );
  }
}

async function open(address: string): Promise<Store> {
  const db = await connectPostgres(address);
  try {
    await requireDurable(db);
    await migrate(db, { ...migrations, ...sharedMigrations });
    const secret = await readSecret(db);
    const vacuum = new Vacuum(db);
    return {
      ...{ db, secret, isShared: true, rowPlace: 'ctid' },
      transact: (change, isolation = 'serializable') =>
        retryConflicts(() => db.transaction().setIsolationLevel(isolation).execute(change)),
      scrub: async () => vacuum.ask(),
      free: (change) => change(),
      close: async () => {
        await vacuum.stop();
        await db.destroy();
      },
    };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * Connects, and leaves the database as it is.
 *
 * @throws Error when the way to it could be listened to
 */
export async function connectPostgres(address: string): Promise<Kysely<Schema>> {
  // Loaded only where it is used.
  const { default: pg } = await import('pg');
  const url = readAddress(address);
  const { host, ssl } = new pg.Client({ connectionString: address }) as { host: string; ssl?: Ssl };
  requirePrivate(host, ssl, url.searchParams.get('sslmode'));
  const pool = new pg.Pool({
    connectionString: address,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    application_name: 'sealscribe',
    options: Object.entries(SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: readTypes((oid) => pg.types.getTypeParser(oid) as (text: string) => unknown),
  });
  // A connection that ends while nobody uses it: the next use makes another.
  pool.on('error', () => undefined);
  // One that ends while it is used: its query fails. Without a listener the process would end with it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return overPostgres(pool);
}

type Ssl = boolean | { rejectUnauthorized?: boolean };

function readAddress(address: string): URL {
  try {
    const url = new URL(address);
    if (url.protocol === 'postgres:' || url.protocol === 'postgresql:') return url;
  } catch {
    // Its message would hold the address.
  }
  throw new Error('its address is postgres://USER:PASSWORD@HOST:PORT/NAME');
}

/** Emails and sealed bytes go over this line: beyond the machine it needs TLS with a certificate that is checked, or an explicit word. */
function requirePrivate(host: string, ssl: Ssl | undefined, mode: string | null): void {
  const isLocal = host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host);
  const isChecked = ssl === true || (typeof ssl === 'object' && ssl.rejectUnauthorized !== false);
  if (isLocal || isChecked || mode === 'disable') return;
  throw new Error(
    'it is on another machine: add sslmode=verify-full to its address, or sslmode=disable where the network is all yours',
  );
}

/** @throws Error when the database acknowledges what is not on disk */
async function requireDurable(db: Kysely<Schema>): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(db);
    if (rows[0]?.value === 'off')
      throw new Error(`its setting ${setting} is off, which loses what was stored`);
  }
}
