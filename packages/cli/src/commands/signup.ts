/**
 * `sealscribe signup`: makes an account and its keys, signs in, and remembers server and email for later commands.
 */
import type { Command } from 'commander';
import { connect, rememberAccount } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
The password never leaves this computer, and nobody can reset it: without it the transcripts
stay sealed for ever. It is not saved; later commands take it from SEALSCRIBE_PASSWORD or ask.

Examples:
  $ sealscribe signup --server https://127.0.0.1:8443 --fingerprint HEX --email you@example.com
  $ sealscribe signup --email you@example.com --password-stdin < password.txt`;

/** Adds the command to the program. */
export function registerSignup(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('signup').description('make an account and sign in')))
    .option('--json', 'print {"accountId"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const { client, settings } = await connect(terminal, flags, { fresh: true });
      const email = await settings.email();
      const password = await settings.password({ confirm: true });
      const vault = await client.signUp({ email, password });
      vault.lock();
      if (client.session) await rememberAccount(settings, client.session);
      say(terminal, 'Account made. You are signed in.');
      if (flags.json) await printJson(terminal, { accountId: client.session?.accountId });
    });
}
