/**
 * `sealscribe show`: one transcript from the vault, to read.
 */
import type { Command } from 'commander';
import { connect, openRevision, openVault } from '../connection.js';
import { parseId, withAccount, withRevision, withServer } from '../options.js';
import { printData, printJson, toClock, toLocalTime } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Examples:
  $ sealscribe show ID
  $ sealscribe show ID --json | jq -r .text`;

/** Adds the command to the program. */
export function registerShow(program: Command, terminal: Terminal): void {
  const command = program
    .command('show')
    .description('open a transcript and show it')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId);
  withAccount(withServer(withRevision(command)))
    .option('--json', 'print the transcript with its id, title and times as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: SettingFlags & { json?: true; revision?: number }) => {
      const vault = await openVault(await connect(terminal, flags));
      const { transcript, ...entry } = await openRevision(vault, id, flags.revision);
      if (flags.json) return printJson(terminal, { ...entry, ...transcript });
      const about = [
        toLocalTime(entry.createdAt),
        toClock(transcript.duration),
        transcript.language,
        transcript.model,
      ];
      const title = entry.title ?? entry.fileName;
      const lines = transcript.segments.map(({ start, speaker, text }) =>
        [`[${toClock(start)}]`, ...(speaker === null ? [] : [`${speaker}:`]), text].join(' '),
      );
      await printData(terminal, [...(title ? [title] : []), about.join(' · '), '', ...lines, ''].join('\n'));
    });
}
