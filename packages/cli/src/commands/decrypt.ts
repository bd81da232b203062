/**
 * `sealscribe decrypt`: opens a file that was sealed with the baseline. Output is written only after the whole file proved genuine.
 */
import { decodeBase64, decrypt } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { CliError } from '../exit-codes.js';
import { chooseOutput, deriveOfflineKey, readInput, writeOutput, type OfflineFlags } from '../offline.js';
import { withAccount } from '../options.js';
import type { Terminal } from '../terminal.js';

const HELP = `
A wrong password and a damaged file look the same: exit code 8, and nothing is written.

Examples:
  $ sealscribe decrypt notes.txt.sealed               (writes notes.txt)
  $ sealscribe decrypt notes.b64 --base64 -o notes.txt
  $ sealscribe decrypt - < folder.tar.sealed | tar x`;

/** Adds the command to the program. */
export function registerDecrypt(program: Command, terminal: Terminal): void {
  const command = program
    .command('decrypt')
    .description('open a sealed file with your email and password, offline')
    .argument('<file>', 'file to open, or - for standard input')
    .option('-o, --output <file>', 'file to write, or - (default: FILE without .sealed)')
    .option('--base64', 'the input is base64 text')
    .option('--force', 'replace the output file if it exists');
  withAccount(command)
    .addHelpText('after', HELP)
    .action(async (file: string, flags: OfflineFlags) => {
      const output = chooseOutput(file, flags, file.endsWith('.sealed') ? file.slice(0, -7) : undefined);
      const input = await readInput(terminal, file, flags);
      const sealed = flags.base64 ? readBase64(input) : input;
      const key = await deriveOfflineKey(terminal, flags, false);
      await writeOutput(terminal, output, await decrypt(key, sealed), flags);
    });
}

/** Strict base64, less one line end. */
function readBase64(bytes: Uint8Array): Uint8Array {
  try {
    return decodeBase64(new TextDecoder().decode(bytes).replace(/\r?\n$/, ''));
  } catch (error) {
    throw new CliError('integrity', 'The input is not valid base64.', { cause: error });
  }
}
