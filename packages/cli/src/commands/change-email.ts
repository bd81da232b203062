/**
 * `sealscribe change-email`: moves the account to another address, in two steps: the code that reaches the new address confirms it.
 */
import type { Command } from 'commander';
import { connect, rememberEmail, type Connection } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import { askLine } from '../prompt.js';
import type { SettingFlags } from '../settings.js';
import { canPrompt, type Terminal } from '../terminal.js';

const HELP = `
Until the code confirms it, the old address signs in. A server that sends no mail leaves the code
with its operator: sealscribe-server email-codes. Every other device is signed out then. What
private mode stored stays sealed for the old address.

Examples:
  $ sealscribe change-email new@example.com
  $ sealscribe change-email new@example.com --code 7QK2-M4PD-9RTA
  $ sealscribe change-email --cancel`;

type Flags = SettingFlags & { code?: string; cancel?: true; json?: true };

/** Adds the command to the program. */
export function registerChangeEmail(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('change-email [new-address]').description('change the email')))
    .option('--code <code>', 'the code that came to the new address')
    .option('--cancel', 'take back a change that waits for its code')
    .option('--json', 'print {"changed"}, or the change that waits, as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (address: string | undefined, flags: Flags) => {
      const connection = await connect(terminal, flags);
      const { client, settings } = connection;
      if (!flags.cancel && !address) throw new CliError('usage', 'Name the new address.');
      const credentials = { email: await settings.email(), password: await settings.password() };
      if (flags.cancel || !address) {
        await client.signIn(credentials);
        await client.cancelEmail();
        say(terminal, 'The address stays as it is.');
        if (flags.json) await printJson(terminal, { changed: false });
        return;
      }
      const code = flags.code ?? (await askForCode(connection, credentials, address, flags));
      if (code === undefined) return;
      await client.confirmEmail(credentials, address, code).catch((error: unknown) => {
        throw error instanceof TypeError ? new CliError('usage', 'The code has 12 characters.') : error;
      });
      if (client.session) await rememberEmail(settings, client.session, address);
      say(terminal, 'The address is changed. Every other device is signed out.');
      if (flags.json) await printJson(terminal, { changed: true });
    });
}

/** Asks the server for a code, and a person at a terminal for what came; undefined where it is to be given later. */
async function askForCode(
  { client, settings: { terminal } }: Connection,
  credentials: { email: string; password: string },
  address: string,
  flags: Flags,
): Promise<string | undefined> {
  const { codeFrom, expiresAt } = await client.changeEmail(credentials, address).catch((error: unknown) => {
    throw error instanceof RangeError ? new CliError('usage', 'This is the address already.') : error;
  });
  const where =
    codeFrom === 'email'
      ? 'A code was sent to the new address.'
      : 'This server sends no mail: its operator has the code (sealscribe-server email-codes).';
  say(terminal, where);
  const code = canPrompt(terminal) ? await askLine(terminal, 'The code (empty: later): ') : '';
  if (code) return code;
  say(terminal, `Until ${expiresAt}: sealscribe change-email ADDRESS --code CODE`);
  if (flags.json) await printJson(terminal, { changed: false, codeFrom, expiresAt });
  return undefined;
}
