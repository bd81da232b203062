/**
 * `sealscribe workspace`: transcripts together with others. What is about the workspaces themselves is here; who is in them stands in
 * workspace-people.ts, what is in them in workspace-transcripts.ts.
 */
import type { Command } from 'commander';
import { confirmDeletion } from '../confirm-deletion.js';
import { connect, openVault } from '../connection.js';
import { withAccount, withServer } from '../options.js';
import { printData, printJson, say, toTable } from '../output.js';
import type { Terminal } from '../terminal.js';
import { WORKSPACE, oneLine, type Open, type Subcommand, type WorkspaceFlags } from '../workspace-options.js';
import { registerPeople } from './workspace-people.js';
import { registerSharedTranscripts } from './workspace-transcripts.js';

const HELP = `
Nothing is sealed to anybody before you have compared fingerprints with them, by telephone or face to
face: the server only carries keys, and could carry another one.

Example, with Alice who owns the workspace and Bob who is to join:
  alice$ sealscribe workspace create "News desk"
  alice$ sealscribe workspace invite WORKSPACE bob@example.com     (shows Bob's fingerprint)
  bob$   sealscribe workspace invitations                          (shows Alice's, and his own)
  alice$ sealscribe workspace confirm WORKSPACE bob@example.com BOBS-FINGERPRINT --role editor
  bob$   sealscribe workspace accept WORKSPACE ALICES-FINGERPRINT
  alice$ sealscribe workspace add WORKSPACE ID
  bob$   sealscribe workspace transcripts WORKSPACE`;

/** Adds the command to the program. */
export function registerWorkspace(program: Command, terminal: Terminal): void {
  const group = program
    .command('workspace')
    .description('transcripts together with others')
    .addHelpText('after', HELP);
  const subcommand: Subcommand = (name, description) =>
    withAccount(withServer(group.command(name).description(description))).option(
      '--json',
      'print JSON on one line',
    );
  const open: Open = async (flags) => openVault(await connect(terminal, flags));

  subcommand('create', 'make a workspace')
    .argument('<name>', 'its name; the server never sees it')
    .action(async (name: string, flags: WorkspaceFlags) => {
      const connection = await connect(terminal, flags);
      const vault = await openVault(connection);
      const email = await connection.settings.email();
      const { id } = await vault.workspaces.create(name, { email });
      if (flags.json) return printJson(terminal, { id, name });
      await printData(terminal, `${id}\n`);
    });

  subcommand('list', 'list your workspaces').action(async (flags: WorkspaceFlags) => {
    const workspaces = await (await open(flags)).workspaces.list();
    if (flags.json) return printJson(terminal, workspaces);
    if (workspaces.length === 0) return say(terminal, 'You are in no workspace.');
    const rows = workspaces.map(({ id, role, members, name }) => [id, role, String(members), oneLine(name)]);
    await printData(terminal, toTable([['ID', 'ROLE', 'PEOPLE', 'NAME'], ...rows]));
  });

  subcommand('rename', 'give a workspace another name')
    .argument(...WORKSPACE)
    .argument('<name>', 'the new name')
    .action(async (id: string, name: string, flags: WorkspaceFlags) => {
      await (await open(flags)).workspaces.rename(id, name);
      say(terminal, 'Renamed.');
      if (flags.json) await printJson(terminal, { id, name });
    });

  subcommand('leave', 'leave a workspace, or decline an invitation')
    .argument(...WORKSPACE)
    .action(async (id: string, flags: WorkspaceFlags) => {
      await (await open(flags)).workspaces.leave(id);
      say(terminal, 'You have left. An owner should now remove you, so that the key changes.');
      if (flags.json) await printJson(terminal, { id, left: true });
    });

  subcommand('delete', 'delete a workspace with everything in it, for everybody')
    .argument(...WORKSPACE)
    .option('-y, --yes', 'do not ask')
    .action(async (id: string, flags: WorkspaceFlags & { yes?: true }) => {
      await confirmDeletion(terminal, 'this workspace and everything in it, for everybody,', flags);
      await (await open(flags)).workspaces.delete(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });

  registerPeople(terminal, subcommand, open);
  registerSharedTranscripts(terminal, subcommand, open);
}
