/**
 * `sealscribe export`: one transcript from the vault as a file.
 */
import type { Command } from 'commander';
import { connect, openRevision, openVault } from '../connection.js';
import {
  chooseFormat,
  parseId,
  withAccount,
  withFormat,
  withRevision,
  withServer,
  type Format,
} from '../options.js';
import { deliver, renderTranscript } from '../render.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
The file is written in the clear, on this computer: an export is for you to look after.
An existing file is replaced. A PDF is set in fonts of this computer (found by fc-match), or
in those that --font names, the first choice first.

Examples:
  $ sealscribe export ID --format srt -o interview.srt
  $ sealscribe export ID -o interview.docx
  $ sealscribe export ID --format txt | less`;

interface Flags extends SettingFlags {
  format?: Format;
  output?: string;
  font?: string[];
  revision?: number;
}

/** Adds the command to the program. */
export function registerExport(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .description('open a transcript and write it as text, subtitles or a document')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .option('--font <file>', 'font file for a PDF (may be repeated)', (file, files?: string[]) => [
      ...(files ?? []),
      file,
    ]);
  withAccount(withServer(withRevision(withFormat(command))))
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Flags) => {
      const vault = await openVault(await connect(terminal, flags));
      const { transcript, title, fileName, createdAt } = await openRevision(vault, id, flags.revision);
      const format = chooseFormat(flags.format, flags.output);
      const facts = { title: title ?? fileName ?? undefined, date: new Date(createdAt), fonts: flags.font };
      await deliver(terminal, await renderTranscript(transcript, format, facts), flags.output);
    });
}
