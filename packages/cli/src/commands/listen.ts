/**
 * `sealscribe listen`: samples on standard input become text as they are spoken, and with --save a sealed transcript in the
 * vault. Ctrl-C ends the listening, not the command: what was said is kept.
 */
import type { Command } from 'commander';
import type { Transcript, TranscriptStream } from '@sealscribe/sdk-node';
import { connect, ensureSession, openVault, type Connection } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { checkStandardInput, withAccount, withServer } from '../options.js';
import { printData, printJson, say } from '../output.js';
import { PartialLine } from '../partial-line.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  save?: true;
  title?: string;
  language?: string;
  model?: string;
  json?: true;
}

const HELP = `
Standard input is raw samples: 16-bit little-endian, 16,000 a second, mono. What is said stands on
stdout, a line for each sentence or so; on a terminal, what is being said is shown meanwhile.
Ctrl-C or the end of the input ends it. Without --save nothing is stored anywhere.
With --json every line is one of {"type": "partial"}, {"type": "segment"} and, at the end,
{"type": "transcript"} with the whole transcript and its "id" when it was saved.

Examples:
  $ arecord -q -t raw -f S16_LE -r 16000 -c 1 | sealscribe listen
  $ ffmpeg -loglevel error -f alsa -i default -f s16le -ar 16000 -ac 1 - | sealscribe listen --save
  $ sox -q -d -t raw -e signed -b 16 -r 16000 -c 1 - | sealscribe listen --json`;

/** Adds the command to the program. */
export function registerListen(program: Command, terminal: Terminal): void {
  const command = program
    .command('listen')
    .description('turn speech into text while it is spoken')
    .option('--save', 'seal the transcript and keep it in the vault')
    .option('--title <text>', 'title in the vault (sealed, like everything else)')
    .option('--language <code>', 'language spoken, such as en (default: found out)')
    .option('--model <id>', 'model to use: sealscribe models');
  withAccount(withServer(command))
    .option('--json', 'print what happens as lines of JSON')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      checkFlags(flags, terminal);
      const connection = await connect(terminal, flags);
      // Before anybody speaks: a wrong password should not cost what was said.
      const vault = flags.save ? await openVault(connection) : await ensureSession(connection);
      const transcript = await listen(connection, flags, terminal);
      const saved = await vault?.save(transcript, flags.title === undefined ? {} : { title: flags.title });
      if (saved) say(terminal, `Sealed and saved as ${saved.id}`);
      if (flags.json) await printJson(terminal, { type: 'transcript', ...saved, ...transcript });
    });
}

function checkFlags(flags: Flags, terminal: Terminal): void {
  checkStandardInput('-', flags);
  if (flags.title !== undefined && !flags.save)
    throw new CliError('usage', '--title is kept in the vault: add --save.');
  if (terminal.stdin.isTTY)
    throw new CliError(
      'usage',
      'Nothing is connected to standard input. For the microphone: arecord -q -t raw -f S16_LE -r 16000 -c 1 | sealscribe listen',
    );
}

async function listen({ client }: Connection, flags: Flags, terminal: Terminal): Promise<Transcript> {
  const stream = await client.stream({
    signal: terminal.signal,
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
  });
  const line = new PartialLine(terminal);
  try {
    const shown = show(stream, line, flags, terminal);
    // What goes wrong is told by sending and finishing too.
    shown.catch(() => undefined);
    await send(stream, terminal);
    const transcript = await stream.finish();
    await shown;
    return transcript;
  } finally {
    line.clear();
  }
}

async function show(
  stream: TranscriptStream,
  line: PartialLine,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  for await (const event of stream) {
    if (event.type === 'partial' && !flags.json) {
      line.draw(event.partial.text);
      continue;
    }
    line.clear();
    if (event.type === 'partial') await printJson(terminal, { type: 'partial', ...event.partial });
    else if (flags.json) await printJson(terminal, { type: 'segment', ...event.segment });
    else await printData(terminal, `${event.segment.text}\n`);
  }
}

/** Sends what comes in until its end, or until the person interrupts. */
async function send(stream: TranscriptStream, terminal: Terminal): Promise<void> {
  const chunks = (terminal.stdin as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const interrupted = new Promise<IteratorResult<Uint8Array>>((resolve) => {
    terminal.onInterrupt = () => resolve({ done: true, value: undefined });
  });
  try {
    let first = true;
    for (;;) {
      const next = await Promise.race([chunks.next(), interrupted]);
      if (next.done) return;
      if (first && Buffer.from(next.value).subarray(0, 4).toString('latin1') === 'RIFF')
        throw new CliError(
          'usage',
          'Standard input is a WAV file. Send raw samples: ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | sealscribe listen',
        );
      first = false;
      await stream.write(next.value);
    }
  } finally {
    terminal.onInterrupt = undefined;
  }
}
