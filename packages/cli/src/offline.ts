/**
 * What `encrypt` and `decrypt` share: reading their input, deriving the baseline key, and naming and writing the output.
 * Nothing here talks to a server. Email and password are used exactly as given, so that any other implementation of
 * docs/formats.md, section 1, opens what was sealed here.
 */
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { deriveKey } from '@sealscribe/sdk-node';
import { loadSettings } from './connection.js';
import { CliError } from './exit-codes.js';
import { checkStandardInput } from './options.js';
import { isStandardOutput, printData } from './output.js';
import type { SettingFlags } from './settings.js';
import type { Terminal } from './terminal.js';
import { writeFileAtomic } from './write-file.js';

/** Options of both commands. */
export interface OfflineFlags extends SettingFlags {
  output?: string;
  base64?: true;
  force?: true;
}

/** Reads all of a file, or of standard input for `-`. */
export async function readInput(terminal: Terminal, file: string, flags: OfflineFlags): Promise<Uint8Array> {
  checkStandardInput(file, flags);
  if (file !== '-') return readFile(file);
  if (terminal.stdin.isTTY) throw new CliError('usage', 'Nothing is connected to standard input.');
  const chunks: Uint8Array[] = [];
  for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The baseline key of the email and password in the settings. */
export async function deriveOfflineKey(
  terminal: Terminal,
  flags: OfflineFlags,
  confirm: boolean,
): Promise<CryptoKey> {
  const settings = await loadSettings(terminal, flags);
  const email = await settings.email();
  return deriveKey(await settings.password({ confirm }), email);
}

/** Where the result goes: `-o`, else `fallback`, else standard output when the input came from there. */
export function chooseOutput(file: string, flags: OfflineFlags, fallback: string | undefined): string {
  const output = flags.output ?? (file === '-' ? '-' : fallback);
  if (output === undefined)
    throw new CliError('usage', 'Please name the output: -o FILE, or -o - for standard output.');
  if (output !== '-' && file !== '-' && isSameFile(file, output))
    throw new CliError('usage', 'Input and output are the same file.');
  return output;
}

/** Writes the result to where {@link chooseOutput} said. */
export async function writeOutput(
  terminal: Terminal,
  output: string,
  data: string | Uint8Array,
  flags: OfflineFlags,
): Promise<void> {
  if (isStandardOutput(output)) return printData(terminal, data);
  writeFileAtomic(output, data, { overwrite: flags.force === true });
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
