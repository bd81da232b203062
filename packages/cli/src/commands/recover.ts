/**
 * `sealscribe recover`: opens an account whose password is forgotten with its recovery words, and sets a new password and new
 * words.
 */
import { newRecoveryWords } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { connect, rememberAccount } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import { confirmWords, leaveWords } from '../recovery.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Words and new password are asked for, or taken from SEALSCRIBE_RECOVERY_WORDS and
SEALSCRIBE_NEW_PASSWORD. The old words are of no use afterwards; the new ones are shown once.

Example:
  $ sealscribe recover --email you@example.com`;

/** Adds the command to the program. */
export function registerRecover(program: Command, terminal: Terminal): void {
  withAccount(
    withServer(program.command('recover').description('set a new password with the recovery words')),
  )
    .option('--json', 'print {"accountId","recoveryWords"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const { client, settings } = await connect(terminal, flags, { fresh: true });
      const email = await settings.email();
      const recoveryWords = await settings.recoveryWords();
      const newPassword = await settings.newPassword();
      const next = await newRecoveryWords();
      await confirmWords(terminal, next);
      const vault = await client.recover({ email, recoveryWords, newPassword, newRecoveryWords: next });
      vault.lock();
      if (client.session) await rememberAccount(settings, client.session);
      leaveWords(terminal, next, flags);
      say(terminal, 'The account is yours again, with the new password. You are signed in.');
      if (flags.json) await printJson(terminal, { accountId: vault.accountId, recoveryWords: next });
    });
}
