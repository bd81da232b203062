/**
 * `sealscribe mcp`: lets an assistant on this computer list, read and search the vault, through the Model Context Protocol.
 */
import type { Command } from 'commander';
import { CliError } from '../exit-codes.js';
import { allowFolder } from '../mcp/allowed-folder.js';
import { UnlockedVault } from '../mcp/unlocked-vault.js';
import { withServer } from '../options.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

const HELP = `
An assistant starts this command and talks to it over standard input and output; docs/mcp.md shows its
configuration. Email and password come from the settings of this computer (SEALSCRIBE_EMAIL,
SEALSCRIBE_PASSWORD or the keyring), never from the assistant. Transcripts are opened here; what the
assistant reads, its provider reads too.

Tools: list_transcripts, read_transcript, search_transcripts;
  with --allow-write   edit_labels, rename_speaker, and "save" of transcribe_file
  with --allow-folder  transcribe_file, for recordings in that folder alone

Examples:
  $ sealscribe mcp
  $ sealscribe mcp --allow-folder ~/Recordings --allow-write`;

/** Adds the command to the program. */
export function registerMcp(program: Command, terminal: Terminal): void {
  const command = program
    .command('mcp')
    .description('let an assistant on this computer read the vault (Model Context Protocol)')
    .option('--allow-write', 'it may also change titles, tags and speaker names, and save transcripts')
    .option('--allow-folder <folder>', 'it may also have recordings in this folder transcribed');
  withServer(command)
    .option('--email <address>', 'email of the account (SEALSCRIBE_EMAIL)')
    .addHelpText('after', HELP)
    .action(async (flags: SettingFlags & { allowWrite?: true; allowFolder?: string }) => {
      if (terminal.stdin.isTTY)
        throw new CliError('usage', 'An assistant starts this command, not a person: see docs/mcp.md.');
      const folder = flags.allowFolder === undefined ? undefined : await allowFolder(flags.allowFolder);
      const source = new UnlockedVault(terminal, flags);
      await source.checkSettings();
      const { serve } = await import('../mcp/serve.js');
      const allowed = { write: flags.allowWrite === true, folder };
      await serve(terminal, source, allowed, program.version() ?? '');
    });
}
