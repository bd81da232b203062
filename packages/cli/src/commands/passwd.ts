/**
 * `sealscribe passwd`: sets another password. Nothing that is stored is sealed anew; every other device is signed out.
 */
import type { Command } from 'commander';
import { connect, rememberAccount } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
The new password is asked for, or taken from SEALSCRIBE_NEW_PASSWORD. Whoever knew the old one
and has an old copy of the server's data can still open what is in it; if that may be, let a new
account key follow: sealscribe harden --new-key

Example:
  $ sealscribe passwd`;

/** Adds the command to the program. */
export function registerPasswd(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('passwd').description('change the password')))
    .option('--json', 'print {"changed"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const { client, settings } = await connect(terminal, flags);
      const credentials = { email: await settings.email(), password: await settings.password() };
      await client.signIn(credentials);
      await client.changeKeys(credentials, { password: await settings.newPassword() });
      if (client.session) await rememberAccount(settings, client.session);
      say(terminal, 'The password is changed. Every other device is signed out.');
      if (flags.json) await printJson(terminal, { changed: true });
    });
}
