/** `sealscribe usage`: minutes that the account has used this month, and its limits. */
import type { Command } from 'commander';
import { connect, ensureSession } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printData, printJson, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerUsage(program: Command, terminal: Terminal): void {
  const command = program.command('usage').description('minutes used this month, and the limits');
  withAccount(withServer(command))
    .option('--json', 'print JSON')
    .action(async (flags: SettingFlags & { json?: true }) => {
      const connection = await connect(terminal, flags);
      await ensureSession(connection);
      const usage = await connection.client.usage();
      if (flags.json) return printJson(terminal, usage);
      const { month, minutes, concurrent, limits } = usage;
      const of = (limit: number | null) => (limit === null ? '' : ` of ${limit}`);
      const rows = [
        [`Minutes in ${month}`, `${minutes}${of(limits.minutes)}`],
        ['Transcriptions now', `${concurrent}${of(limits.concurrent)}`],
        [
          'Bytes of a file',
          limits.fileBytes === null ? 'what the server takes' : `up to ${limits.fileBytes}`,
        ],
      ];
      await printData(terminal, toTable(rows));
    });
}
