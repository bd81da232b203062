/**
 * `sealscribe login`: signs in and remembers server, email and session for later commands. The password is not kept; with --stay,
 * what opens the vault without it is.
 */
import { Option, type Command } from 'commander';
import { connect, rememberAccount, type StayPlace } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Later commands ask for the password, or take it from SEALSCRIBE_PASSWORD. With --stay they need
none until the session ends (30 days) or you log out: a key that opens the vault lies in the
keyring of this system then, or with --stay=file in a file that whoever reads it can use.

Examples:
  $ sealscribe login
  $ sealscribe login --stay
  $ sealscribe login --server https://127.0.0.1:8443 --fingerprint HEX --email you@example.com`;

/** Adds the command to the program. */
export function registerLogin(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('login').description('sign in')))
    .addOption(
      new Option('--stay [place]', 'open the vault without the password from now on').choices([
        'keyring',
        'file',
      ]),
    )
    .option('--json', 'print {"accountId","expiresAt"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { stay?: true | StayPlace; json?: true }) => {
      const stay = flags.stay === true ? 'keyring' : flags.stay;
      const { client, settings } = await connect(terminal, flags, { fresh: true, ...(stay && { stay }) });
      const credentials = { email: await settings.accountEmail(), password: await settings.password() };
      const session = await client.signIn(credentials);
      if (stay) (await client.unlock(credentials, { stay: true })).lock();
      else await client.forgetKept();
      await rememberAccount(settings, session);
      say(terminal, stay ? 'You are signed in, and stay so.' : 'You are signed in.');
      const { accountId, expiresAt } = session;
      if (flags.json) await printJson(terminal, { accountId, expiresAt });
    });
}
