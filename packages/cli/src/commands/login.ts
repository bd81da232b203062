/**
 * `sealscribe login`: signs in and remembers server, email and session for later commands. The password is not kept.
 */
import type { Command } from 'commander';
import { connect, rememberAccount } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Examples:
  $ sealscribe login
  $ sealscribe login --server https://127.0.0.1:8443 --fingerprint HEX --email you@example.com`;

/** Adds the command to the program. */
export function registerLogin(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('login').description('sign in')))
    .option('--json', 'print {"accountId","expiresAt"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const { client, settings } = await connect(terminal, flags, { fresh: true });
      const email = await settings.email();
      const session = await client.signIn({ email, password: await settings.password() });
      await rememberAccount(settings, session);
      say(terminal, 'You are signed in.');
      const { accountId, expiresAt } = session;
      if (flags.json) await printJson(terminal, { accountId, expiresAt });
    });
}
