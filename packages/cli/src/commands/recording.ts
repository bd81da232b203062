/**
 * `sealscribe recording`: the sound of a transcript, kept sealed with it, fetched, or taken away again.
 */
import type { Command } from 'commander';
import { confirmDeletion } from '../confirm-deletion.js';
import { connect, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { checkStandardInput, parseId, withAccount, withServer } from '../options.js';
import { isStandardOutput, printJson, say } from '../output.js';
import { ProgressBar } from '../progress.js';
import { findSource } from '../recording-source.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';
import { writeStream } from '../write-stream.js';

interface Flags extends SettingFlags {
  output?: string;
  force?: true;
  yes?: true;
  json?: true;
}

const HELP = `
Sound is kept only where you say so: here, or with \`transcribe --save --keep-recording\`. It is
sealed on this computer like everything else; the server sees that it is there, and about how
large. It counts against the room that the account has.

Examples:
  $ sealscribe recording attach ID interview.mp3
  $ sealscribe recording save ID -o interview.mp3
  $ sealscribe recording rm ID`;

/** Adds the commands to the program. */
export function registerRecording(program: Command, terminal: Terminal): void {
  const recording = program
    .command('recording')
    .description('keep the sound of a transcript with it, sealed')
    .addHelpText('after', HELP);
  const subcommand = (name: string, description: string) =>
    recording
      .command(name)
      .description(description)
      .argument('<id>', 'ID of the transcript: sealscribe list', parseId);

  const attach = subcommand('attach', 'seal a recording and keep it with a transcript').argument(
    '<file>',
    'recording: a file, - for standard input, or an https:// address',
  );
  withAccount(withServer(attach))
    .option('--json', 'print {"id","revision"} as one line of JSON')
    .action(async (id: string, file: string, flags: Flags) => {
      checkStandardInput(file, flags);
      const source = await findSource(file, terminal);
      const vault = await openVault(await connect(terminal, flags));
      const bar = new ProgressBar(terminal);
      try {
        const attaching = vault.attachRecording(id, source, {
          signal: terminal.signal,
          onProgress: ({ bytes, total }) =>
            bar.report({ stage: 'uploading', fraction: total === undefined ? 0 : bytes / total }),
        });
        terminal.parting = attaching;
        const saved = await attaching;
        bar.stop();
        say(terminal, 'Sealed, and kept with the transcript.');
        if (flags.json) await printJson(terminal, saved);
      } finally {
        bar.stop();
      }
    });

  const save = subcommand('save', 'fetch the recording of a transcript and write it in the clear')
    .requiredOption('-o, --output <file>', 'file to write')
    .option('--force', 'replace the file if it is there');
  withAccount(withServer(save))
    .option('--json', 'print {"id","bytes","type"} as one line of JSON')
    .action(async (id: string, flags: Flags & { output: string }) => {
      // What is sealed is known to be whole only at its end: a pipe would have played it by then.
      if (isStandardOutput(flags.output)) throw new CliError('usage', 'A recording is written to a file.');
      const vault = await openVault(await connect(terminal, flags));
      const kept = await vault.recording(id, { signal: terminal.signal });
      if (!kept) throw new CliError('notFound', 'No recording is kept with this transcript.');
      const bytes = await writeStream(kept.stream(), flags.output, { overwrite: flags.force === true });
      say(terminal, 'Written, as it was sealed.');
      if (flags.json) await printJson(terminal, { id, bytes, type: kept.type });
    });

  const rm = subcommand('rm', 'delete the recording for good; the transcript stays').option(
    '-y, --yes',
    'do not ask',
  );
  withAccount(withServer(rm))
    .option('--json', 'print {"id","revision"} as one line of JSON')
    .action(async (id: string, flags: Flags) => {
      await confirmDeletion(terminal, `the recording of ${id}`, flags);
      const saved = await (await openVault(await connect(terminal, flags))).detachRecording(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, saved);
    });
}
