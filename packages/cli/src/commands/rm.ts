/**
 * `sealscribe rm`: deletes one transcript from the vault, for good.
 */
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import { askYes } from '../prompt.js';
import type { SettingFlags } from '../settings.js';
import { canPrompt, type Terminal } from '../terminal.js';

const HELP = `
Examples:
  $ sealscribe rm ID
  $ sealscribe rm ID --yes`;

/** Adds the command to the program. */
export function registerRm(program: Command, terminal: Terminal): void {
  const command = program
    .command('rm')
    .description('delete a transcript for good')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('-y, --yes', 'do not ask');
  withAccount(withServer(command))
    .option('--json', 'print {"id","deleted"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: SettingFlags & { yes?: true; json?: true }) => {
      if (!flags.yes) {
        if (!canPrompt(terminal))
          throw new CliError('usage', 'Deleting needs --yes where nobody can be asked.');
        if (!(await askYes(terminal, `Delete ${id} for good?`)))
          throw new CliError('interrupted', 'Nothing was deleted.');
      }
      const vault = await openVault(await connect(terminal, flags));
      await vault.delete(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });
}
