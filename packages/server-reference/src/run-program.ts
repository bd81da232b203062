/** How every command of the operator ends: with an exit code, and at a failure one line on stderr. */
import type { Command } from 'commander';
import { dropEmpty } from './variables.js';

/**
 * Runs a command.
 *
 * @param args what follows its name on the command line
 * @returns 0, 1 when it cannot be done, 2 for wrong usage
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<number> {
  dropEmpty(process.env);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const { code, exitCode } = error as { code?: unknown; exitCode?: number };
    if (typeof code === 'string' && code.startsWith('commander.')) return exitCode === 0 ? 0 : 2;
    process.stderr.write(`sealscribe-server: ${(error as Error).message}\n`);
    return 1;
  }
}
