/**
 * `sealscribe encrypt`: seals a file with a key from email and password, on this computer alone (baseline-v1).
 */
import { encodeBase64, encrypt } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { chooseOutput, deriveOfflineKey, readInput, writeOutput, type OfflineFlags } from '../offline.js';
import { withAccount } from '../options.js';
import type { Terminal } from '../terminal.js';

const HELP = `
No server is needed. Key: PBKDF2-SHA-256 of the password, 100,000 rounds, salted with the email.
File: 12 bytes IV, AES-256-GCM ciphertext, 16 bytes tag. Email and password are used exactly as
given: the same two open the file again, here or in any other implementation.

Examples:
  $ sealscribe encrypt notes.txt                      (writes notes.txt.sealed)
  $ sealscribe encrypt notes.txt -o notes.b64 --base64
  $ tar c folder | sealscribe encrypt - > folder.tar.sealed`;

/** Adds the command to the program. */
export function registerEncrypt(program: Command, terminal: Terminal): void {
  const command = program
    .command('encrypt')
    .description('seal a file with your email and password, offline')
    .argument('<file>', 'file to seal, or - for standard input')
    .option('-o, --output <file>', 'file to write, or - (default: FILE.sealed)')
    .option('--base64', 'write base64 text instead of bytes')
    .option('--force', 'replace the output file if it exists');
  withAccount(command)
    .addHelpText('after', HELP)
    .action(async (file: string, flags: OfflineFlags) => {
      const output = chooseOutput(file, flags, `${file}.sealed`);
      const plaintext = await readInput(terminal, file, flags);
      const key = await deriveOfflineKey(terminal, flags, true);
      const sealed = await encrypt(key, plaintext);
      await writeOutput(terminal, output, flags.base64 ? `${encodeBase64(sealed)}\n` : sealed, flags);
    });
}
