/**
 * `sealscribe transcribe`: a recording becomes text, and with --save a sealed transcript in the vault.
 */
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Transcript } from '@sealscribe/sdk-node';
import { connect, ensureSession, openVault, type Connection } from '../connection.js';
import { CliError } from '../exit-codes.js';
import {
  checkStandardInput,
  chooseFormat,
  withAccount,
  withFormat,
  withServer,
  type Format,
} from '../options.js';
import { isStandardOutput, printJson, say } from '../output.js';
import { ProgressBar } from '../progress.js';
import { findSource, isUrl, type RecordingSource } from '../recording-source.js';
import { deliver, renderTranscript } from '../render.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  save?: true;
  keepRecording?: true;
  title?: string;
  language?: string;
  model?: string;
  diarize?: true;
  speakers?: number;
  format?: Format;
  output?: string;
  json?: true;
}

const HELP = `
FILE is an audio or video file, - for standard input, or an https:// address, which this
computer fetches (the server never does). Without --save nothing is stored anywhere, and the
recording itself only with --keep-recording too: sealscribe help recording.
A large file goes in parts: when the connection breaks, it goes on where it was.
With --json the transcript is one line on stdout, with its "id" when it was saved.

Examples:
  $ sealscribe transcribe interview.mp3
  $ sealscribe transcribe interview.mp3 --save --title "Interview, 3 May"
  $ sealscribe transcribe interview.mp3 --save --keep-recording
  $ sealscribe transcribe interview.mp3 -o interview.srt
  $ sealscribe transcribe interview.mp3 --speakers 2
  $ ffmpeg -i film.mkv -f wav - | sealscribe transcribe - --format vtt > film.vtt`;

/** Adds the command to the program. */
export function registerTranscribe(program: Command, terminal: Terminal): void {
  const command = program
    .command('transcribe')
    .description('turn a recording into text')
    .argument('<file>', 'recording: a file, - for standard input, or an https:// address')
    .option('--save', 'seal the transcript and keep it in the vault')
    .option('--keep-recording', 'with --save: seal the recording too and keep it with the transcript')
    .option('--title <text>', 'title in the vault (sealed, like everything else)')
    .option('--language <code>', 'language spoken, such as en (default: found out)')
    .option('--model <id>', 'model to use: sealscribe models')
    .option('--diarize', 'tell speakers apart')
    .option('--speakers <number>', 'how many speakers there are, 1 to 20 (implies --diarize)', countSpeakers)
    .option('-o, --output <file>', 'write the transcript to this file');
  withAccount(withServer(withFormat(command)))
    .option('--json', 'print the transcript as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: Flags) => {
      checkFlags(file, flags);
      const source = await findSource(file, terminal);
      const connection = await connect(terminal, flags);
      // Before the recording is sent: a wrong password should not cost an hour of transcription.
      const vault = flags.save ? await openVault(connection) : await ensureSession(connection);
      const transcript = await transcribe(connection, source, flags, terminal);
      const fileName =
        file === '-' ? undefined : isUrl(file) ? new URL(file).pathname.split('/').at(-1) : basename(file);
      const labels = {
        ...(flags.title === undefined ? {} : { title: flags.title }),
        ...(fileName ? { fileName } : {}),
      };
      const sound = { recording: source, signal: terminal.signal };
      let failure: Error | undefined;
      const saved = await vault
        ?.save(transcript, { ...labels, ...(flags.keepRecording && sound) })
        .catch(async (error: unknown) => {
          if (!flags.keepRecording || terminal.signal.aborted) throw error;
          // The text is not to be lost with it.
          failure = error as Error;
          return vault.save(transcript, labels);
        });
      if (saved) say(terminal, `Sealed and saved as ${saved.id}`);
      if (flags.output !== undefined || !flags.json) {
        const format = chooseFormat(flags.format, flags.output);
        const facts = { title: flags.title ?? fileName };
        await deliver(terminal, await renderTranscript(transcript, format, facts), flags.output);
      }
      if (flags.json) await printJson(terminal, { ...saved, ...transcript });
      if (failure === undefined) return;
      say(terminal, 'The transcript was saved, its recording was not kept with it.');
      throw failure;
    });
}

function checkFlags(file: string, flags: Flags): void {
  checkStandardInput(file, flags);
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

async function transcribe(
  { client }: Connection,
  source: RecordingSource,
  flags: Flags,
  terminal: Terminal,
): Promise<Transcript> {
  const bar = new ProgressBar(terminal);
  try {
    const transcribing = client.transcribe(source, {
      signal: terminal.signal,
      onProgress: bar.report,
      ...(flags.language === undefined ? {} : { language: flags.language }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
      ...(flags.diarize === undefined ? {} : { diarize: true }),
      ...(flags.speakers === undefined ? {} : { speakers: flags.speakers }),
    });
    terminal.parting = transcribing;
    return await transcribing;
  } finally {
    bar.stop();
  }
}
