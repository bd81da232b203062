/**
 * `sealscribe rm`: deletes one transcript from the vault, for good.
 */
import type { Command } from 'commander';
import { confirmDeletion } from '../confirm-deletion.js';
import { connect, openVault } from '../connection.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

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
      await confirmDeletion(terminal, id, flags);
      const vault = await openVault(await connect(terminal, flags));
      await vault.delete(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });
}
