/**
 * `sealscribe harden`: makes guessing the password dearer, or puts a new account key in the place of one that somebody may have.
 */
import { newRecoveryWords } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { connect, rememberAccount } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseNumber, withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import { confirmWords, leaveWords } from '../recovery.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const MORE_ITERATIONS = 1_200_000;

const HELP = `
--new-key is for when somebody else knew the password: what is written afterwards is closed to
them, even with an old copy of the server's data. Recovery words are new then. Change the
password too: sealscribe passwd

Examples:
  $ sealscribe harden
  $ sealscribe harden --iterations 2000000
  $ sealscribe harden --new-key`;

/** Adds the command to the program. */
export function registerHarden(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('harden').description('make the account harder to break into')))
    .option('--iterations <number>', 'of PBKDF2, never fewer than now', parseNumber, MORE_ITERATIONS)
    .option('--new-key', 'a new account key and new recovery words, with the same iterations')
    .option('--json', 'print what changed as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { iterations: number; newKey?: true; json?: true }) => {
      const { client, settings } = await connect(terminal, flags);
      const credentials = { email: await settings.email(), password: await settings.password() };
      await client.signIn(credentials);
      if (flags.newKey) {
        const recoveryWords = await newRecoveryWords();
        await confirmWords(terminal, recoveryWords);
        const vault = await client.rotateAccountKey(credentials, recoveryWords);
        vault.lock();
        leaveWords(terminal, recoveryWords, flags);
        say(terminal, 'The account has a new key and new recovery words.');
        if (flags.json) await printJson(terminal, { newKey: true, recoveryWords });
      } else {
        await client.changeKeys(credentials, { iterations: flags.iterations }).catch((error: unknown) => {
          throw error instanceof RangeError ? new CliError('usage', `${error.message}.`) : error;
        });
        say(terminal, `Every guess at the password now costs ${flags.iterations} iterations.`);
        if (flags.json) await printJson(terminal, { iterations: flags.iterations });
      }
      if (client.session) await rememberAccount(settings, client.session);
    });
}
