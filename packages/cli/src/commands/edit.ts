/**
 * `sealscribe edit`: changes a transcript of the vault, or its labels. Opened, changed and sealed again on this computer.
 */
import type { Command } from 'commander';
import type { Changes } from '@sealscribe/sdk-node';
import { connect, openVault } from '../connection.js';
import { editOptions, type Edit } from '../edits.js';
import { CliError } from '../exit-codes.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  title?: string;
  tag?: string[];
  json?: true;
}

const HELP = `
Edits are made in the order in which they stand, and segments are counted anew after each.
N is the segment's id, from 0: sealscribe show ID --json | jq '.segments[]'. What was there
before stays in the history: sealscribe history ID

Examples:
  $ sealscribe edit ID --rename-speaker "SPEAKER_00=Ada Lovelace"
  $ sealscribe edit ID --text "3=Ask not what your country can do" --merge 3-4
  $ sealscribe edit ID --shift -1.5 --title "Interview, corrected"`;

/** Adds the command to the program. */
export function registerEdit(program: Command, terminal: Terminal): void {
  const edits: Edit[] = [];
  const command = program
    .command('edit')
    .description('change what a transcript says, who speaks, when, or its labels')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId);
  for (const { flags, description, parse } of editOptions)
    command.option(flags, `${description} (may be repeated)`, (value: string) => {
      edits.push(parse(value));
      return edits.length;
    });
  command
    .option('--title <text>', 'title in the vault; empty for none')
    .option(
      '--tag <text>',
      'the tags in the vault, all of them (may be repeated)',
      (tag, tags?: string[]) => [...(tags ?? []), tag],
    );
  withAccount(withServer(command))
    .option('--json', 'print {"id","revision"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Flags) => {
      const { title, tag: tags } = flags;
      const changes: Changes = {
        ...(title === undefined ? {} : { title: title === '' ? null : title }),
        ...(tags === undefined ? {} : { tags: tags.filter((tag) => tag !== '') }),
      };
      if (edits.length === 0 && Object.keys(changes).length === 0)
        throw new CliError('usage', 'Say what to change: sealscribe edit --help');
      const vault = await openVault(await connect(terminal, flags));
      const { transcript, revision } = await vault.open(id);
      if (edits.length > 0)
        try {
          changes.transcript = edits.reduce((edited, edit) => edit(edited), transcript);
        } catch (error) {
          // Mistakes of the caller; the message names what is wrong and quotes nothing.
          if (error instanceof RangeError || error instanceof TypeError)
            throw new CliError('usage', `This edit cannot be made: ${error.message}.`, { cause: error });
          throw error;
        }
      const saved = await vault.update(id, changes, { revision });
      say(terminal, `Saved as revision ${saved.revision}.`);
      if (flags.json) await printJson(terminal, saved);
    });
}
