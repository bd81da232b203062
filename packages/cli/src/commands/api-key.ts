/**
 * `sealscribe api-key`: keys for scripts. They transcribe and move sealed bytes; they open nothing by themselves and change
 * nothing about the account.
 */
import type { Command } from 'commander';
import { connect, ensureSession } from '../connection.js';
import { parseId, parseNumber, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
A script sends the key as "Authorization: Bearer KEY", or gives it to this command in
SEALSCRIBE_API_KEY.

Examples:
  $ sealscribe api-key create --expires-in-days 90
  $ sealscribe api-key list
  $ sealscribe api-key rm ID`;

/** Adds the command to the program. */
export function registerApiKey(program: Command, terminal: Terminal): void {
  const keys = program.command('api-key').description('keys for scripts').addHelpText('after', HELP);
  const access = async (flags: SettingFlags) => {
    const connection = await connect(terminal, flags);
    await ensureSession(connection);
    return connection.client.access;
  };

  withAccount(withServer(keys.command('create').description('make a key and print it, once')))
    .option('--expires-in-days <number>', 'days until it is good for nothing (default: never)', parseNumber)
    .option('--json', 'print {"id","key",…} as one line of JSON')
    .action(async (flags: SettingFlags & { expiresInDays?: number; json?: true }) => {
      const { expiresInDays } = flags;
      const made = await (await access(flags)).createApiKey(expiresInDays ? { expiresInDays } : {});
      if (flags.json) return printJson(terminal, made);
      say(terminal, `Key ${made.id}. It is not shown again:`);
      await printData(terminal, `${made.key}\n`);
    });

  withAccount(withServer(keys.command('list').description('list the keys')))
    .option('--json', 'print JSON')
    .action(async (flags: SettingFlags & { json?: true }) => {
      const list = await (await access(flags)).apiKeys();
      if (flags.json) return printJson(terminal, list);
      const rows = list.map(({ id, createdAt, expiresAt }) => [
        id,
        toLocalTime(createdAt),
        expiresAt === null ? 'never' : toLocalTime(expiresAt),
      ]);
      await printData(terminal, toTable([['ID', 'MADE', 'EXPIRES'], ...rows]));
    });

  const rm = keys.command('rm').description('delete a key').argument('<id>', 'ID of the key', parseId);
  withAccount(withServer(rm))
    .option('--json', 'print {"id","deleted"} as one line of JSON')
    .action(async (id: string, flags: SettingFlags & { json?: true }) => {
      await (await access(flags)).deleteApiKey(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });
}
