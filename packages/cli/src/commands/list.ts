/**
 * `sealscribe list`: what is in the vault, newest first. Opens the sealed cards, not the transcripts.
 */
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printData, printJson, say, toClock, toLocalTime, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
Examples:
  $ sealscribe list
  $ sealscribe list --json | jq -r '.[].id'`;

/** Adds the command to the program. */
export function registerList(program: Command, terminal: Terminal): void {
  withAccount(withServer(program.command('list').description('list the transcripts in the vault')))
    .option('--json', 'print one JSON array on one line')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { json?: true }) => {
      const vault = await openVault(await connect(terminal, flags));
      const entries = [...(await vault.list())].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
      if (flags.json) return printJson(terminal, entries);
      if (entries.length === 0)
        return say(terminal, 'The vault is empty. Fill it: sealscribe transcribe FILE --save');
      const rows = entries.map((entry) => [
        entry.id,
        toLocalTime(entry.createdAt),
        toClock(entry.duration),
        entry.language,
        oneLine(entry.title ?? entry.fileName ?? ''),
      ]);
      await printData(terminal, toTable([['ID', 'SAVED', 'LENGTH', 'LANG', 'TITLE'], ...rows]));
    });
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
