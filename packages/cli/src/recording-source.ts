/** What FILE stands for on the command line: a file, standard input, or an address that this computer fetches. */
import { stat } from 'node:fs/promises';
import { CliError } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** A recording as the SDK takes it. */
export type RecordingSource = { path: string } | { url: string } | { stream: AsyncIterable<Uint8Array> };

/** Whether FILE is an address. */
export const isUrl = (file: string): boolean => /^https?:\/\//i.test(file);

/**
 * The source; a file that is not there is found out before anybody signs in.
 *
 * @throws {CliError} `usage`. @throws the file system's error.
 */
export async function findSource(file: string, terminal: Terminal): Promise<RecordingSource> {
  if (isUrl(file)) {
    if (URL.canParse(file)) return { url: file };
    throw new CliError('usage', 'This is not a valid address.');
  }
  if (file === '-') {
    if (terminal.stdin.isTTY) throw new CliError('usage', 'Nothing is connected to standard input.');
    return { stream: terminal.stdin as AsyncIterable<Uint8Array> };
  }
  if ((await stat(file)).isDirectory()) throw new CliError('usage', 'This is a folder, not a recording.');
  return { path: file };
}
