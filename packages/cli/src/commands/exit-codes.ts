/**
 * `sealscribe help exit-codes`: the table for people who write scripts.
 */
import type { Command } from 'commander';
import { exitCodeTable } from '../exit-codes.js';
import { printData } from '../output.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerExitCodes(program: Command, terminal: Terminal): void {
  program
    .command('exit-codes')
    .description('show what the exit codes mean')
    .addHelpText('after', `\n${exitCodeTable()}`)
    .action(() => printData(terminal, `${exitCodeTable()}\n`));
}
