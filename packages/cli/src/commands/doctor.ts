/**
 * `sealscribe doctor`: why a command does not work, before anybody has to ask.
 */
import type { Command } from 'commander';
import { examine, type Finding } from '../doctor.js';
import { CliError } from '../exit-codes.js';
import { withServer } from '../options.js';
import { printData, printJson } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerDoctor(program: Command, terminal: Terminal): void {
  withServer(program.command('doctor').description('look for what keeps commands from working'))
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nChanges nothing and asks for no password. Ends with the exit code of the first failure.',
    )
    .action(async (flags: SettingFlags & { json?: true }) => {
      const findings: Finding[] = [];
      for await (const finding of examine(terminal, flags, program.version() ?? '')) {
        findings.push(finding);
        const { result, check, message } = finding;
        if (!flags.json) await printData(terminal, `${result.padEnd(4)}  ${check.padEnd(8)}  ${message}\n`);
      }
      if (flags.json)
        await printJson(
          terminal,
          findings.map(({ check, result, message }) => ({ check, result, message })),
        );
      const failure = findings.find(({ exit }) => exit !== undefined);
      if (failure?.exit)
        throw new CliError(failure.exit, `The first thing to mend is "${failure.check}": ${failure.message}`);
    });
}
