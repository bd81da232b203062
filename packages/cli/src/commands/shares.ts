/**
 * `sealscribe shares` and `sealscribe unshare`: the links that are good, and taking one back.
 */
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Links that expired, were used up or taken back are not listed: nothing of them is kept.

Examples:
  $ sealscribe shares
  $ sealscribe shares --json | jq -r '.[].link'
  $ sealscribe unshare ID`;

/** Adds the command to the program. */
export function registerShares(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('shares').description('list the links that you have made')))
    .option('--json', 'print one JSON array, with the links')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const vault = await openVault(await connect(terminal, flags));
      const shares = await vault.shares();
      if (flags.json) return printJson(terminal, shares);
      const rows = shares.map(({ id, transcriptId, expiresAt, views, maxViews, hasPassword, link }) => [
        id,
        transcriptId,
        expiresAt === null ? 'never' : toLocalTime(expiresAt),
        maxViews === null ? String(views) : `${views}/${maxViews}`,
        hasPassword ? 'yes' : 'no',
        link,
      ]);
      const head = ['ID', 'TRANSCRIPT', 'EXPIRES', 'VIEWS', 'PASSWORD', 'LINK'];
      await printData(terminal, toTable([head, ...rows]));
    });
}

/** Adds the command to the program. */
export function registerUnshare(program: Command, terminal: Terminal): void {
  const command = program
    .command('unshare')
    .description('take a link back')
    .argument('<id>', 'ID of the link: sealscribe shares', parseId);
  withAccount(withServer(command))
    .option('--json', 'print {"id","deleted"} as one line of JSON')
    .action(async (id: string, flags: SettingFlags & { json?: true }) => {
      const vault = await openVault(await connect(terminal, flags));
      await vault.unshare(id);
      say(terminal, 'The link opens nothing any more.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });
}
