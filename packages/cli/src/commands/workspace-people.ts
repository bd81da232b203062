/**
 * Who is in a workspace: inviting, confirming, accepting, roles, removing. Fingerprints are typed by people who compared them; no
 * command takes one from the server for granted.
 */
import type { Role } from '@sealscribe/sdk-node';
import { Option } from 'commander';
import { withoutMark } from '../options.js';
import { printData, printJson, say, toTable } from '../output.js';
import type { Terminal } from '../terminal.js';
import { WORKSPACE, oneLine, type Open, type Subcommand, type WorkspaceFlags } from '../workspace-options.js';

const roleOption = () =>
  new Option('--role <role>', 'what they may do').choices(['owner', 'editor', 'reader']);

/** Adds the subcommands. */
export function registerPeople(terminal: Terminal, subcommand: Subcommand, open: Open): void {
  subcommand('fingerprint', 'show your own fingerprint, for others to compare').action(
    async (flags: WorkspaceFlags) => {
      const person = await (await open(flags)).workspaces.identity();
      if (flags.json) return printJson(terminal, person);
      await printData(terminal, `${person.fingerprint}\n`);
    },
  );

  subcommand('invitations', 'show who invites you').action(async (flags: WorkspaceFlags) => {
    const { workspaces } = await open(flags);
    const own = await workspaces.identity();
    const invitations = await workspaces.invitations();
    if (flags.json) return printJson(terminal, invitations);
    say(terminal, `Your own fingerprint, for the owner to confirm: ${own.fingerprint}`);
    if (invitations.length === 0) return say(terminal, 'Nobody invites you.');
    const rows = invitations.map(({ workspaceId, from, confirmed }) => [
      workspaceId,
      from.fingerprint,
      confirmed ? 'yes: compare, then accept' : 'not yet',
    ]);
    await printData(terminal, toTable([['WORKSPACE', "OWNER'S FINGERPRINT", 'CONFIRMED BY OWNER'], ...rows]));
  });

  subcommand('invite', 'invite somebody and show their fingerprint; nothing is sealed to them yet')
    .argument(...WORKSPACE)
    .argument('<email>', 'their email')
    .action(async (id: string, email: string, flags: WorkspaceFlags) => {
      const person = await (await open(flags)).workspaces.invite(id, email);
      if (flags.json) return printJson(terminal, person);
      await printData(terminal, `${person.fingerprint}\n`);
      say(terminal, 'Compare it with what they see (sealscribe workspace fingerprint), then confirm it.');
    });

  subcommand('confirm', 'bring somebody in whose fingerprint you have compared')
    .argument(...WORKSPACE)
    .argument('<email>', 'their email')
    .argument('<fingerprint>', 'as they read it out')
    .addOption(roleOption().default('editor'))
    .action(
      async (id: string, email: string, fingerprint: string, flags: WorkspaceFlags & { role: Role }) => {
        const { workspaces } = await open(flags);
        const member = await workspaces.confirm(id, email, { fingerprint, role: flags.role });
        if (flags.json) return printJson(terminal, member);
        say(terminal, 'Confirmed. They can accept now, once they have compared your fingerprint:');
        await printData(terminal, `${(await workspaces.identity()).fingerprint}\n`);
      },
    );

  subcommand('accept', 'join a workspace whose owner you have compared fingerprints with')
    .argument(...WORKSPACE)
    .argument('<fingerprint>', "the owner's, as they read it out")
    .action(async (id: string, fingerprint: string, flags: WorkspaceFlags) => {
      const { name, role } = await (await open(flags)).workspaces.accept(id, { fingerprint });
      if (flags.json) return printJson(terminal, { id, name, role });
      say(terminal, `You are in, as ${role}.`);
    });

  subcommand('members', 'show who is in a workspace')
    .argument(...WORKSPACE)
    .action(async (id: string, flags: WorkspaceFlags) => {
      const members = await (await open(flags)).workspaces.members(id);
      if (flags.json) return printJson(terminal, members);
      const rows = members.map(({ accountId, role, state, fingerprint, email }) => [
        ...[accountId, role, state, fingerprint],
        oneLine(email ?? ''),
      ]);
      await printData(terminal, toTable([['ACCOUNT', 'ROLE', 'STATE', 'FINGERPRINT', 'EMAIL'], ...rows]));
    });

  subcommand('role', 'give somebody another role')
    .argument(...WORKSPACE)
    .argument('<who>', 'their email or account ID: sealscribe workspace members', withoutMark)
    .addOption(roleOption().makeOptionMandatory())
    .action(async (id: string, who: string, flags: WorkspaceFlags & { role: Role }) => {
      await (await open(flags)).workspaces.setRole(id, who, flags.role);
      say(terminal, 'Changed.');
      if (flags.json) await printJson(terminal, { id, role: flags.role });
    });

  subcommand('remove', 'take somebody out; what is written afterwards is closed to them')
    .argument(...WORKSPACE)
    .argument('<who>', 'their email or account ID: sealscribe workspace members', withoutMark)
    .action(async (id: string, who: string, flags: WorkspaceFlags) => {
      await (await open(flags)).workspaces.remove(id, who);
      say(terminal, 'Removed. What they could read already stays readable to them.');
      if (flags.json) await printJson(terminal, { id, removed: true });
    });
}
