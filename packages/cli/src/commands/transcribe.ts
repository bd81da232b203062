/**
 * `sealscribe transcribe`: a recording becomes text, and with --save a sealed transcript in the vault.
 */
import type { Command } from 'commander';
import type { Transcript } from '@sealscribe/sdk-node';
import { connect, ensureSession, openVault, type Connection } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { checkStandardInput, chooseFormat, withAccount, withFormat, withServer } from '../options.js';
import { isStandardOutput, printJson, say } from '../output.js';
import { ProgressBar } from '../progress.js';
import { findSource } from '../recording-source.js';
import { deliver, renderTranscript } from '../render.js';
import type { Terminal } from '../terminal.js';
import { checkSeveral, transcribeSeveral } from '../transcribe-several.js';
import {
  fileNameOf,
  keep,
  sendRecording,
  type NamedRecording,
  type TranscribeFlags,
} from '../transcribed.js';

const HELP = `
FILE is an audio or video file, - for standard input, or an https:// address, which this
computer fetches (the server never does). Without --save nothing is stored anywhere, and the
recording itself only with --keep-recording too: sealscribe help recording.
A large file goes in parts: when the connection breaks, it goes on where it was.
Several files go some at once: the transcripts into a folder (--out), into the vault (--save) or
to stdout as one line each (--json). What fails is named, the rest goes on, and the exit code
says that something failed.
With --json the transcript is one line on stdout, with its "id" when it was saved.

Examples:
  $ sealscribe transcribe interview.mp3
  $ sealscribe transcribe interview.mp3 --save --title "Interview, 3 May"
  $ sealscribe transcribe interview.mp3 --save --keep-recording
  $ sealscribe transcribe interview.mp3 -o interview.srt
  $ sealscribe transcribe interview.mp3 --speakers 2
  $ sealscribe transcribe *.mp3 --out texts --format srt
  $ ffmpeg -i film.mkv -f wav - | sealscribe transcribe - --format vtt > film.vtt`;

/** Adds the command to the program. */
export function registerTranscribe(program: Command, terminal: Terminal): void {
  const command = program
    .command('transcribe')
    .description('turn a recording into text')
    .argument('<file...>', 'recordings: files, - for standard input, or https:// addresses')
    .option('--save', 'seal the transcript and keep it in the vault')
    .option('--keep-recording', 'with --save: seal the recording too and keep it with the transcript')
    .option('--title <text>', 'title in the vault (sealed, like everything else)')
    .option('--language <code>', 'language spoken, such as en (default: found out)')
    .option('--model <id>', 'model to use: sealscribe models')
    .option('--diarize', 'tell speakers apart')
    .option('--speakers <number>', 'how many speakers there are, 1 to 20 (implies --diarize)', countSpeakers)
    .option('--job', 'as a job of the server: for long recordings behind a proxy that cuts long requests')
    .option('-o, --output <file>', 'write the transcript to this file')
    .option('--out <folder>', 'write each transcript into this folder, under the name of its recording')
    .option(
      '--concurrency <number>',
      'recordings that are on their way at once, 1 to 16 (default: 2)',
      countAtOnce,
    );
  withAccount(withServer(withFormat(command)))
    .option('--json', 'print the transcript as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: TranscribeFlags) => {
      const [file = ''] = files;
      const isOne = files.length === 1 && flags.out === undefined;
      if (isOne) checkFlags(file, flags);
      else checkSeveral(files, flags);
      const recording = isOne ? { file, source: await findSource(file, terminal) } : undefined;
      const connection = await connect(terminal, flags);
      // Before the recording is sent: a wrong password should not cost an hour of transcription.
      const vault = flags.save ? await openVault(connection) : undefined;
      if (!vault) await ensureSession(connection);
      if (!recording) return transcribeSeveral(files, { connection, vault, flags, terminal });
      const sent = await send(connection, recording, flags, terminal);
      const { transcript, saved, notKept } = await keep(sent, vault, recording, flags, terminal);
      if (saved) say(terminal, `Sealed and saved as ${saved.id}`);
      if (flags.output !== undefined || !flags.json) {
        const format = chooseFormat(flags.format, flags.output);
        const facts = { title: flags.title ?? fileNameOf(file) };
        await deliver(terminal, await renderTranscript(transcript, format, facts), flags.output);
      }
      if (flags.json) await printJson(terminal, { ...saved, ...transcript });
      if (notKept === undefined) return;
      say(terminal, 'The transcript was saved, its recording was not kept with it.');
      throw notKept;
    });
}

function checkFlags(file: string, flags: TranscribeFlags): void {
  checkStandardInput(file, flags);
  if (flags.concurrency !== undefined)
    throw new CliError('usage', '--concurrency is about several recordings: name them all.');
  if (flags.title !== undefined && !flags.save)
    throw new CliError('usage', '--title is kept in the vault: add --save.');
  if (flags.keepRecording && !flags.save)
    throw new CliError('usage', '--keep-recording keeps it in the vault: add --save.');
  if (flags.keepRecording && file === '-')
    throw new CliError('usage', '--keep-recording needs a file: standard input can be read only once.');
  if (flags.json && flags.format && flags.format !== 'json' && flags.output === undefined)
    throw new CliError(
      'usage',
      '--json and --format both want standard output: add -o FILE for the formatted one.',
    );
  if (flags.json && flags.output !== undefined && isStandardOutput(flags.output))
    throw new CliError('usage', '--json and -o - both want standard output.');
}

function countSpeakers(text: string): number {
  const speakers = Number(text);
  if (/^\d+$/.test(text) && speakers >= 1 && speakers <= 20) return speakers;
  throw new CliError('usage', '--speakers takes a whole number from 1 to 20.');
}

function countAtOnce(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 16) return count;
  throw new CliError('usage', '--concurrency takes a whole number from 1 to 16.');
}

async function send(
  connection: Connection,
  recording: NamedRecording,
  flags: TranscribeFlags,
  terminal: Terminal,
): Promise<Transcript> {
  const bar = new ProgressBar(terminal);
  try {
    const { signal } = terminal;
    const sending = sendRecording(connection, recording, flags, { signal, onProgress: bar.report });
    terminal.parting = sending;
    return await sending;
  } finally {
    bar.stop();
  }
}
