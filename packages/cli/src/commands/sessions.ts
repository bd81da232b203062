/**
 * `sealscribe sessions`: which clients are signed in, and ending one of them.
 */
import type { Command } from 'commander';
import { connect, ensureSession } from '../connection.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
The server knows when somebody signed in, and nothing about where or with what.

Examples:
  $ sealscribe sessions
  $ sealscribe sessions --end ID`;

/** Adds the command to the program. */
export function registerSessions(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('sessions').description('list signed-in clients, or end a session')))
    .option('--end <id>', 'end the session with this ID', parseId)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { end?: string; json?: true }) => {
      const connection = await connect(terminal, flags);
      await ensureSession(connection);
      const { access } = connection.client;
      if (flags.end !== undefined) {
        await access.endSession(flags.end);
        say(terminal, 'The session is ended.');
        return flags.json ? printJson(terminal, { id: flags.end, ended: true }) : undefined;
      }
      const sessions = await access.sessions();
      if (flags.json) return printJson(terminal, sessions);
      const rows = sessions.map(({ id, createdAt, expiresAt, current }) => [
        id,
        toLocalTime(createdAt),
        toLocalTime(expiresAt),
        current ? 'this one' : '',
      ]);
      await printData(terminal, toTable([['ID', 'SIGNED IN', 'UNTIL', ''], ...rows]));
    });
}
