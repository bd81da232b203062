/**
 * `sealscribe history`: the revisions of a transcript, bringing one back, and forgetting those before the present one.
 */
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseId, parseNumber, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime, toTable } from '../output.js';
import { askYes } from '../prompt.js';
import type { SettingFlags } from '../settings.js';
import { canPrompt, type Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  restore?: number;
  forget?: true;
  yes?: true;
  json?: true;
}

const HELP = `
The server keeps the last 50 revisions, as sealed as the transcript itself. To read one:
sealscribe show ID --revision N

Examples:
  $ sealscribe history ID
  $ sealscribe history ID --restore 3     (makes a new revision; nothing is lost)
  $ sealscribe history ID --forget        (deletes what came before, for good)`;

/** Adds the command to the program. */
export function registerHistory(program: Command, terminal: Terminal): void {
  const command = program
    .command('history')
    .description('list the revisions of a transcript, restore or forget them')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('--restore <revision>', 'bring this revision back, as a new one', parseNumber)
    .option('--forget', 'delete all earlier revisions for good')
    .option('-y, --yes', 'do not ask');
  withAccount(withServer(command))
    .option('--json', 'print one JSON array, or what was done, on one line')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Flags) => {
      if (flags.forget && flags.restore !== undefined)
        throw new CliError('usage', '--restore and --forget do not go together.');
      if (flags.forget && !flags.yes) {
        if (!canPrompt(terminal))
          throw new CliError('usage', 'Forgetting needs --yes where nobody can be asked.');
        if (!(await askYes(terminal, `Delete all earlier revisions of ${id} for good?`)))
          throw new CliError('interrupted', 'Nothing was deleted.');
      }
      const vault = await openVault(await connect(terminal, flags));
      if (flags.restore !== undefined) {
        const saved = await vault.restore(id, flags.restore);
        say(terminal, `Revision ${flags.restore} is back, as revision ${saved.revision}.`);
        if (flags.json) await printJson(terminal, saved);
      } else if (flags.forget) {
        await vault.forgetHistory(id);
        say(terminal, 'Forgotten.');
        if (flags.json) await printJson(terminal, { id, forgotten: true });
      } else {
        const entries = await vault.history(id);
        if (flags.json) return printJson(terminal, entries);
        const rows = entries.map(({ revision, updatedAt, speakers, title, fileName }) => [
          String(revision),
          toLocalTime(updatedAt),
          String(speakers.length),
          (title ?? fileName ?? '').replace(/\s+/g, ' '),
        ]);
        await printData(terminal, toTable([['REVISION', 'SAVED', 'SPEAKERS', 'TITLE'], ...rows]));
      }
    });
}
