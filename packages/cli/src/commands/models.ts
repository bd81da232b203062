/**
 * `sealscribe models`: what the server can transcribe with.
 */
import type { Command } from 'commander';
import { connect, ensureSession } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printData, printJson, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerModels(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('models').description("list the server's models")))
    .option('--json', 'print one JSON array on one line')
    .action(async (flags: SettingFlags & { json?: true }) => {
      const connection = await connect(terminal, flags);
      await ensureSession(connection);
      const models = await connection.client.models();
      if (flags.json) return printJson(terminal, models);
      const rows = models.map(({ id, languages, description }) => [id, languages.join(','), description]);
      await printData(terminal, toTable([['ID', 'LANGUAGES', 'DESCRIPTION'], ...rows]));
    });
}
