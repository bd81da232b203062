/**
 * `sealscribe list`: what is in the vault, newest first. Opens the sealed cards, not the transcripts.
 */
import { DamagedVaultError, type Vault, type VaultEntry } from '@sealscribe/sdk-node';
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
      const { entries, damage } = await readList(vault);
      if (flags.json) await printJson(terminal, entries);
      else if (entries.length > 0) await printData(terminal, toTable([HEADINGS, ...entries.map(toRow)]));
      else if (!damage)
        return say(terminal, 'The vault is empty. Fill it: sealscribe transcribe FILE --save');
      if (damage) throw damage;
      if (terminal.stderr.isTTY)
        say(terminal, `Vault state ${await vault.fingerprint()}: the same on all your devices.`);
    });
}

/** The entries, as the SDK sorts them: newest first. Those in order are listed even when others are not; what is wrong is said afterwards. */
async function readList(
  vault: Vault,
): Promise<{ entries: readonly VaultEntry[]; damage?: DamagedVaultError }> {
  try {
    return { entries: await vault.list() };
  } catch (error) {
    if (!(error instanceof DamagedVaultError)) throw error;
    return { entries: error.entries, damage: error };
  }
}

const HEADINGS = ['ID', 'SAVED', 'LENGTH', 'LANG', 'TITLE'];

const toRow = (entry: VaultEntry) => [
  entry.id,
  toLocalTime(entry.createdAt),
  toClock(entry.duration),
  entry.language,
  oneLine(entry.title ?? entry.fileName ?? ''),
];

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
