/**
 * `sealscribe signup`: makes an account and its keys, signs in, and remembers server and email for later commands.
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
The password never leaves this computer, and nobody else can reset it. It is not saved; later
commands take it from SEALSCRIBE_PASSWORD or ask. Should you forget it, the 24 recovery words
that are shown once open the account: sealscribe recover. Without a terminal they go to stderr,
with --json into the JSON.

Examples:
  $ sealscribe signup --server https://127.0.0.1:8443 --fingerprint HEX --email you@example.com
  $ sealscribe signup --email you@example.com --password-stdin < password.txt`;

/** Adds the command to the program. */
export function registerSignup(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('signup').description('make an account and sign in')))
    .option('--no-recovery', 'make no recovery words: a forgotten password is the end then')
    .option('--json', 'print {"accountId","recoveryWords"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true; recovery: boolean }) => {
      const { client, settings } = await connect(terminal, flags, { fresh: true });
      const email = await settings.accountEmail();
      const password = await settings.password({ confirm: true });
      const recoveryWords = flags.recovery ? await newRecoveryWords() : undefined;
      if (recoveryWords) await confirmWords(terminal, recoveryWords);
      const vault = await client.signUp({ email, password }, recoveryWords ? { recoveryWords } : {});
      vault.lock();
      if (client.session) await rememberAccount(settings, client.session);
      if (recoveryWords) leaveWords(terminal, recoveryWords, flags);
      say(terminal, 'Account made. You are signed in.');
      if (flags.json)
        await printJson(terminal, { accountId: vault.accountId, ...(recoveryWords && { recoveryWords }) });
    });
}
