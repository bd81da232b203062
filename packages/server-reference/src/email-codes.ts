/**
 * `sealscribe-server email-codes`: prints the codes that confirm a change of an email, for an operator whose server sends no mail. It
 * reads the store of a server that may be running, and changes nothing. Who it is that asks for a code, the operator has to know.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import Database from 'libsql';
import { Kysely } from 'kysely';
import { codeOf } from './auth/email-code.js';
import { withStore } from './store-options.js';
import { FILE_NAME } from './store/libsql.js';
import { LibsqlDialect } from './store/libsql-dialect.js';
import { listPendingEmails } from './store/pending-emails.js';
import { connectPostgres } from './store/postgres.js';
import type { Schema } from './store/schema.js';
import { runProgram } from './run-program.js';

/**
 * Runs the command.
 *
 * @param args what follows `email-codes` on the command line
 * @returns the exit code: 0, 1 when the store cannot be read, 2 for wrong usage.
 */
export async function runEmailCodes(args: readonly string[]): Promise<number> {
  const program = withStore(new Command('sealscribe-server email-codes'))
    .description(
      'Changes of an email that wait for their code: hand each code to whom the new address belongs.',
    )
    .exitOverride()
    .option('--json', 'print one JSON array on one line')
    .action(async ({ data, database, json }: { data: string; database?: string; json?: true }) => {
      const codes = await readCodes(
        database === undefined ? openFile(data) : await connectPostgres(database),
      );
      if (json) process.stdout.write(`${JSON.stringify(codes)}\n`);
      else
        for (const { to, code, expiresAt } of codes) process.stdout.write(`${code}  ${to}  ${expiresAt}\n`);
    });
  return runProgram(program, args);
}

function openFile(folder: string): Kysely<Schema> {
  const path = join(folder, FILE_NAME);
  if (!existsSync(path)) throw new Error(`There is no store in ${folder}.`);
  const database = new Database(path, { readonly: true });
  database.pragma('busy_timeout = 5000');
  return new Kysely<Schema>({ dialect: new LibsqlDialect(database, () => undefined) });
}

async function readCodes(db: Kysely<Schema>): Promise<{ to: string; code: string; expiresAt: string }[]> {
  try {
    const { value } = await db
      .selectFrom('server_secrets')
      .select('value')
      .where('name', '=', 'prelogin')
      .executeTakeFirstOrThrow();
    return (await listPendingEmails(db, new Date())).map((change) => ({
      to: change.keys.email,
      code: codeOf(value, change),
      expiresAt: change.expiresAt,
    }));
  } finally {
    await db.destroy();
  }
}
