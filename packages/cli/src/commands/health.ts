/**
 * `sealscribe health`: whether the server is there and is the expected one. Needs no sign-in.
 */
import type { Command } from 'commander';
import { connect } from '../connection.js';
import { withServer } from '../options.js';
import { printData, printJson, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerHealth(program: Command, terminal: Terminal): void {
  withServer(program.command('health').description('ask the server how it is'))
    .option('--json', 'print one line of JSON')
    .action(async (flags: SettingFlags & { json?: true }) => {
      const { client } = await connect(terminal, flags);
      const health = await client.health();
      if (flags.json) return printJson(terminal, health);
      const rows = [
        ['status', health.status],
        ['version', health.version],
        ['device', health.device],
        ['models', health.models.join(', ')],
        ['decoder', health.decoder],
      ];
      await printData(terminal, toTable(rows));
    });
}
