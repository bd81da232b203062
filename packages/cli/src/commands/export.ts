/**
 * `sealscribe export`: one transcript from the vault as a file.
 */
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { chooseFormat, parseId, withAccount, withFormat, withServer, type Format } from '../options.js';
import { deliver, renderTranscript } from '../render.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
The file is written in the clear, on this computer: an export is for you to look after.
An existing file is replaced.

Examples:
  $ sealscribe export ID --format srt -o interview.srt
  $ sealscribe export ID --format txt | less`;

/** Adds the command to the program. */
export function registerExport(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .description('open a transcript and write it as txt, srt, vtt or json')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('-o, --output <file>', 'file to write (default: standard output)');
  withAccount(withServer(withFormat(command)))
    .addHelpText('after', HELP)
    .action(async (id: string, flags: SettingFlags & { format?: Format; output?: string }) => {
      const vault = await openVault(await connect(terminal, flags));
      const { transcript } = await vault.open(id);
      const format = chooseFormat(flags.format, flags.output);
      await deliver(terminal, renderTranscript(transcript, format), flags.output);
    });
}
