/**
 * Options that several commands share, described once, and the checks of what stands on the command line.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './exit-codes.js';

/** The shapes in which a transcript can be written. */
export const FORMATS = ['txt', 'srt', 'vtt', 'json', 'csv', 'md', 'docx', 'pdf'] as const;
/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** Adds the options that say where the server is. */
export function withServer(command: Command): Command {
  return command
    .option('--server <url>', 'address of the server (SEALSCRIBE_SERVER)')
    .option('--fingerprint <hex>', 'SHA-256 of its certificate, as it prints it (SEALSCRIBE_FINGERPRINT)');
}

/** Adds the options that say who you are. */
export function withAccount(command: Command): Command {
  return command
    .option('--email <address>', 'email of the account (SEALSCRIBE_EMAIL)')
    .option('--password-stdin', 'read the password from standard input (else SEALSCRIBE_PASSWORD)');
}

/** Adds `--format`. */
export function withFormat(command: Command): Command {
  return command.addOption(
    new Option(
      '--format <format>',
      'shape of the transcript (default: by the name of the output, else txt)',
    ).choices(FORMATS),
  );
}

/** The format that was asked for, or the one that the output's name ends in, or plain text. */
export function chooseFormat(format: Format | undefined, output: string | undefined): Format {
  const ending = output?.split('.').at(-1)?.toLowerCase();
  return format ?? FORMATS.find((known) => known === ending) ?? 'txt';
}

/** Whether an argument is the id of a transcript. */
const isId = (text: string) => /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text);

/** Parses an ID argument. @throws InvalidArgumentError when it cannot be the id of a transcript. */
export function parseId(text: string): string {
  const id = withoutMark(text);
  if (isId(id)) return id;
  throw new InvalidArgumentError('An ID has 22 characters; `sealscribe list` shows them.');
}

/** Parses a whole number from 1. @throws InvalidArgumentError */
export function parseNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('This must be a whole number from 1.');
}

/** Adds `--revision`. */
export function withRevision(command: Command): Command {
  return command.option(
    '--revision <number>',
    'an earlier revision: sealscribe history (default: the present one)',
    parseNumber,
  );
}

/** In front of an id that would be taken for an option. */
const MARK = 'id:';

/**
 * One id in 64 begins with a dash and would be taken for an option: such arguments get a mark, which {@link parseId} takes off.
 * What follows `--` is no option, and what follows `--password` may look like anything.
 */
export function markIds(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((text, i) => {
    const isArgument = end >= 0 && i > end;
    const isPassword = /^--[a-z-]*password$/.test(args[i - 1] ?? '');
    return text.startsWith('-') && isId(text) && !isArgument && !isPassword ? MARK + text : text;
  });
}

/** An argument that may be an id or something else, without the mark. */
export const withoutMark = (text: string): string =>
  text.startsWith(MARK) && isId(text.slice(MARK.length)) ? text.slice(MARK.length) : text;

/** Refuses to read standard input twice. @throws CliError `usage` when both the data and the password would come from there. */
export function checkStandardInput(source: string, flags: { passwordStdin?: boolean }): void {
  if (source === '-' && flags.passwordStdin)
    throw new CliError(
      'usage',
      'Standard input cannot carry both the data and the password: set SEALSCRIBE_PASSWORD.',
    );
}
