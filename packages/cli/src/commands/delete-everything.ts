/**
 * `sealscribe delete-everything`: deletes all that the account has stored, and with --account the account itself, for good.
 */
import type { Command } from 'commander';
import { confirmDeletion } from '../confirm-deletion.js';
import { connect, rememberAccount } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
When the command has ended, no byte of what was stored is left in the server's files. Backups of
the server are its operator's.

Examples:
  $ sealscribe delete-everything
  $ sealscribe delete-everything --account --yes`;

/** Adds the command to the program. */
export function registerDeleteEverything(program: Command, terminal: Terminal): void {
  const command = program
    .command('delete-everything')
    .description('delete all transcripts for good')
    .option('--account', 'and the account')
    .option('-y, --yes', 'do not ask');
  withAccount(withServer(command))
    .option('--json', 'print {"deleted"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { account?: true; yes?: true; json?: true }) => {
      const { client, settings } = await connect(terminal, flags);
      const what = flags.account ? 'the account and everything in it' : 'everything in the account';
      await confirmDeletion(terminal, what, flags);
      // A saved session is not enough: whoever deletes everything proves the password.
      const credentials = { email: await settings.email(), password: await settings.password() };
      if (flags.account) {
        await client.deleteAccount(credentials);
      } else {
        const session = await client.signIn(credentials);
        await client.deleteData();
        await rememberAccount(settings, session);
      }
      say(terminal, flags.account ? 'Account and contents are deleted.' : 'Everything is deleted.');
      if (flags.json) await printJson(terminal, { deleted: flags.account ? 'account' : 'data' });
    });
}
