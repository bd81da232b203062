/**
 * `sealscribe open`: reads what somebody shared by a link. No account, no sign-in, nothing saved.
 */
import { openShare, serverOfLink, type SharedTranscript } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { loadSettings } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { isCode } from '../failure.js';
import { chooseFormat, withFormat, type Format } from '../options.js';
import { printJson } from '../output.js';
import { askHidden } from '../prompt.js';
import { deliver, renderTranscript } from '../render.js';
import { canPrompt, type Terminal } from '../terminal.js';

interface Flags {
  password?: string;
  format?: Format;
  output?: string;
  font?: string[];
  fingerprint?: string;
  json?: true;
}

const HELP = `
Put the link in quotes: it holds a #. With - it is read from standard input, which keeps it out of
process lists and shell histories; SEALSCRIBE_LINK_PASSWORD does that for the password.
Every opening counts as a view.

Examples:
  $ sealscribe open 'https://HOST/s/ID#KEY'
  $ sealscribe open 'https://HOST/s/ID#KEY' -o interview.srt
  $ sealscribe open - < link.txt`;

/** Adds the command to the program. */
export function registerOpen(program: Command, terminal: Terminal): void {
  const command = program
    .command('open')
    .description('open a link that somebody shared')
    // Not parsed here: the parser would repeat a wrong link, with its key, on the screen.
    .argument('<link>', 'the whole link, or - for standard input')
    .option('--password <text>', 'password of the link, if it has one (SEALSCRIBE_LINK_PASSWORD)')
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .option('--font <file>', 'font file for a PDF (may be repeated)', (file, files?: string[]) => [
      ...(files ?? []),
      file,
    ])
    .option('--fingerprint <hex>', "SHA-256 of the server's certificate (SEALSCRIBE_FINGERPRINT)");
  withFormat(command)
    .option('--json', 'print the transcript with its title as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (given: string, flags: Flags) => {
      const link = given === '-' ? await readLink(terminal) : given;
      const shared = await open(terminal, link, flags);
      const { title, range, transcript } = shared;
      if (flags.json) return printJson(terminal, { title, range, ...transcript });
      const format = chooseFormat(flags.format, flags.output);
      const facts = { title: title ?? undefined, fonts: flags.font };
      await deliver(terminal, await renderTranscript(transcript, format, facts), flags.output);
    });
}

async function open(terminal: Terminal, link: string, flags: Flags): Promise<SharedTranscript> {
  const server = serverOfLink(link);
  const settings = await loadSettings(terminal, {
    server,
    ...(flags.fingerprint === undefined ? {} : { fingerprint: flags.fingerprint }),
  });
  const fingerprint = await settings.fingerprint();
  const options = { signal: terminal.signal, ...(fingerprint === undefined ? {} : { fingerprint }) };
  const password = flags.password || terminal.env.SEALSCRIBE_LINK_PASSWORD;
  try {
    return await openShare(link, { ...options, ...(password ? { password } : {}) });
  } catch (error) {
    if (!isCode(error, 'password_needed')) throw error;
    if (!canPrompt(terminal))
      throw new CliError(
        'usage',
        'This link has a password. Please set it: --password TEXT or SEALSCRIBE_LINK_PASSWORD.',
      );
    const typed = await askHidden(terminal, 'Password of the link: ');
    return openShare(link, { ...options, password: typed });
  }
}

async function readLink({ stdin }: Terminal): Promise<string> {
  if (stdin.isTTY) throw new CliError('usage', 'Nothing is connected to standard input.');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8').trim();
}
