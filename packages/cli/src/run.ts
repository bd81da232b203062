/**
 * One run from arguments to exit code. Failures become one line on stderr, and with --json a second line that scripts can read.
 */
import { setTimeout } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { explainFailure, isCode } from './failure.js';
import { markIds } from './options.js';
import { say } from './output.js';
import { buildProgram } from './program.js';
import type { Terminal } from './terminal.js';

/** Longer than the SDK takes to take an upload back. */
const PARTING_MS = 1500;

/** Runs the command with the arguments after its name; never throws. Returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = buildProgram(terminal);
  try {
    await Promise.race([program.parseAsync(markIds(args), { from: 'user' }), interruption(terminal.signal)]);
    return EXIT.success;
  } catch (error) {
    // Help and version end the parsing with an error of their own; help without a command is wrong usage.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.success;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    // Whoever read our output has had enough of it.
    if (isCode(error, 'EPIPE')) return EXIT.success;
    const failure = explainFailure(error);
    if (failure.exit === 'interrupted') await part(terminal.parting);
    say(terminal, `sealscribe: ${failure.message}`);
    if (args.includes('--json')) {
      const { code, message, exit } = failure;
      say(terminal, JSON.stringify({ error: { code, message, exitCode: EXIT[exit] } }));
    }
    return EXIT[failure.exit];
  }
}

/** Rejects when the person interrupts, even while something that cannot be aborted is still going on. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new DOMException('Interrupted.', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Waits for a parting, a moment at most. */
async function part(parting: Promise<unknown> | undefined): Promise<void> {
  const moment = setTimeout(PARTING_MS, undefined, { ref: false });
  await Promise.race([parting?.catch(() => undefined), moment]);
}
