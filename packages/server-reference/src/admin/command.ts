/**
 * `sealscribe-server admin`: accounts, their limits and what they use, for whoever runs the server. It works on the data folder, also while
 * the server runs; what that holds of an account in memory goes with its time. It can open nothing that is stored, for nobody can here.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { normalizeEmail } from '../auth/email.js';
import { endAccess, listAccounts, setQuota, type AccountRow } from '../store/admin.js';
import { deleteAccount } from '../store/deletion.js';
import type { Store } from '../store/index.js';
import { FILE_NAME } from '../store/libsql.js';
import { withStore } from '../store-options.js';
import { openStore } from '../store/open.js';
import { monthOf } from '../store/usage.js';
import { toTable } from './table.js';
import { runProgram } from '../run-program.js';

interface Flags {
  data: string;
  database?: string;
  json?: true;
}

/**
 * Runs the command.
 *
 * @param args what follows `admin` on the command line
 * @returns the exit code: 0, 1 when it cannot be done, 2 for wrong usage.
 */
export async function runAdmin(args: readonly string[]): Promise<number> {
  return runProgram(buildProgram(), args);
}

function buildProgram(): Command {
  const program = new Command('sealscribe-server admin')
    .description('Accounts, their limits and what they use. Works while the server runs.')
    .exitOverride();
  const accounts = program.command('accounts').description('accounts of this server');
  const who = '<account>';
  const whose = 'its id or its email';

  withData(accounts.command('list').description('list all accounts, with their emails')).action(
    (flags: Flags) => onStore(flags, async (store) => showAll(await rowsOf(store), flags)),
  );

  withData(accounts.command('show').description('show one account').argument(who, whose)).action(
    (account: string, flags: Flags) =>
      onStore(flags, async (store) => {
        const row = await find(store, account);
        print(
          flags,
          toJson(row),
          Object.entries(toJson(row)).map(([name, value]) => [name, String(value ?? 'as the server')]),
        );
      }),
  );

  withData(
    accounts
      .command('remove')
      .description('delete an account and all it has stored, for good')
      .argument(who, whose),
  )
    .requiredOption('--yes', 'yes, for good')
    .action((account: string, flags: Flags) =>
      onStore(flags, async (store) => {
        const { id } = await find(store, account);
        await deleteAccount(store, id);
        print(flags, { id, deleted: true }, [[`${id} was deleted.`]]);
      }),
    );

  withData(
    accounts
      .command('set-quota')
      .description('limits of one account in place of the server’s')
      .argument(who, whose),
  )
    .option('--minutes <number|default>', 'minutes of audio a month', amount)
    .option('--concurrent <number|default>', 'transcriptions at once', amount)
    .option('--file-size <bytes|default>', 'bytes of one file', amount)
    .action((account: string, flags: Flags & { minutes?: Amount; concurrent?: Amount; fileSize?: Amount }) =>
      onStore(flags, async (store) => {
        const { id } = await find(store, account);
        const { minutes, concurrent, fileSize } = flags;
        await setQuota(store.db, id, {
          ...(minutes && { minutes: minutes.value }),
          ...(concurrent && { concurrent: concurrent.value }),
          ...(fileSize && { file_bytes: fileSize.value }),
        });
        const row = toJson(await find(store, id));
        print(
          flags,
          row,
          Object.entries(row).map(([name, value]) => [name, String(value ?? 'as the server')]),
        );
      }),
    );

  withData(
    accounts
      .command('end-sessions')
      .description('sign an account out everywhere and delete its API keys')
      .argument(who, whose),
  ).action((account: string, flags: Flags) =>
    onStore(flags, async (store) => {
      const { id } = await find(store, account);
      const ended = await endAccess(store.db, id);
      print(flags, { id, ...ended }, [[`${ended.sessions} sessions and ${ended.apiKeys} API keys ended.`]]);
    }),
  );

  withData(program.command('usage').description('minutes of audio by account, most first'))
    .option('--month <YYYY-MM>', 'this month or the one before (default: this month, UTC)', toMonth)
    .action((flags: Flags & { month?: string }) =>
      onStore(flags, async (store) => {
        const used = (await rowsOf(store, flags.month)).filter(({ seconds }) => seconds > 0);
        used.sort((a, b) => b.seconds - a.seconds);
        const rows = used.map(({ id, seconds }) => ({ id, minutes: toMinutes(seconds) }));
        print(flags, rows, [['ACCOUNT', 'MINUTES'], ...rows.map(({ id, minutes }) => [id, String(minutes)])]);
      }),
    );
  return program;
}

function withData(command: Command): Command {
  return withStore(command).option('--json', 'print JSON on one line');
}

async function onStore(flags: Flags, work: (store: Store) => Promise<void>): Promise<void> {
  const { data, database } = flags;
  if (database === undefined && !existsSync(join(data, FILE_NAME)))
    throw new Error(`There is no store in ${data}.`);
  const store = await openStore(data, { database });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

const rowsOf = (store: Store, month = monthOf(new Date())) => listAccounts(store.db, month);

async function find(store: Store, account: string): Promise<AccountRow> {
  const one = account.includes('@') ? normalizeEmail(account) : account;
  const [row] = await listAccounts(store.db, monthOf(new Date()), one);
  if (row === undefined) throw new Error('There is no such account.');
  return row;
}

const toMinutes = (seconds: number) => Math.round((seconds * 100) / 60) / 100;

const toJson = ({ id, email, createdAt, storedBytes, seconds, quota }: AccountRow) => ({
  ...{ id, email, createdAt, storedBytes, minutes: toMinutes(seconds) },
  ...{ minutesLimit: quota.minutes, concurrentLimit: quota.concurrent, fileBytesLimit: quota.file_bytes },
});

function showAll(rows: readonly AccountRow[], flags: Flags): void {
  const all = rows.map(toJson);
  print(flags, all, [
    ['ACCOUNT', 'EMAIL', 'SINCE', 'STORED', 'MINUTES'],
    ...all.map(({ id, email, createdAt, storedBytes, minutes }) => [
      ...[id, email, createdAt.slice(0, 10), String(storedBytes), String(minutes)],
    ]),
  ]);
}

function print({ json }: Flags, value: unknown, rows: readonly (readonly string[])[]): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : toTable(rows));
}

interface Amount {
  /** Null = as the server. */
  readonly value: number | null;
}

function amount(text: string): Amount {
  if (text === 'default') return { value: null };
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return { value };
  throw new InvalidArgumentError('It must be a whole number, or "default" for the limit of the server.');
}

function toMonth(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('A month is YYYY-MM.');
}
