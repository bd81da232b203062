/**
 * What is in a workspace: sharing a transcript into it, listing, reading, changing labels, deleting. Commands that work on the vault's
 * own transcripts take no ID of a workspace's.
 */
import type { Workspace } from '@sealscribe/sdk-node';
import { confirmDeletion } from '../confirm-deletion.js';
import { chooseFormat, parseId, withFormat, withRevision, type Format } from '../options.js';
import { printData, printJson, say, toClock, toLocalTime, toTable } from '../output.js';
import { deliver, renderTranscript } from '../render.js';
import type { Terminal } from '../terminal.js';
import { WORKSPACE, oneLine, type Open, type Subcommand, type WorkspaceFlags } from '../workspace-options.js';

const TRANSCRIPT = ['<id>', 'ID of the transcript: sealscribe workspace transcripts', parseId] as const;

/** Adds the subcommands. */
export function registerSharedTranscripts(terminal: Terminal, subcommand: Subcommand, open: Open): void {
  const enter = async (id: string, flags: WorkspaceFlags): Promise<Workspace> =>
    (await open(flags)).workspaces.open(id);

  subcommand('add', 'share a transcript of your vault: a copy of it as it is now')
    .argument(...WORKSPACE)
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .action(async (workspace: string, id: string, flags: WorkspaceFlags) => {
      const saved = await (await open(flags)).workspaces.add(workspace, id);
      if (flags.json) return printJson(terminal, saved);
      await printData(terminal, `${saved.id}\n`);
    });

  subcommand('transcripts', 'list what is in a workspace, newest first')
    .argument(...WORKSPACE)
    .action(async (id: string, flags: WorkspaceFlags) => {
      const entries = await (await enter(id, flags)).list();
      if (flags.json) return printJson(terminal, entries);
      if (entries.length === 0) return say(terminal, 'The workspace is empty.');
      const rows = entries.map((entry) => [
        ...[entry.id, toLocalTime(entry.createdAt), toClock(entry.duration), entry.language],
        oneLine(entry.title ?? entry.fileName ?? ''),
      ]);
      await printData(terminal, toTable([['ID', 'SAVED', 'LENGTH', 'LANG', 'TITLE'], ...rows]));
    });

  const get = subcommand('get', 'open a transcript of a workspace and print it, or write it to a file');
  withFormat(withRevision(get.argument(...WORKSPACE).argument(...TRANSCRIPT)))
    .option('-o, --output <file>', 'write to this file')
    .action(
      async (
        workspace: string,
        id: string,
        flags: WorkspaceFlags & { format?: Format; output?: string; revision?: number },
      ) => {
        const space = await enter(workspace, flags);
        const { transcript, ...entry } = await (flags.revision === undefined
          ? space.open(id)
          : space.openRevision(id, flags.revision));
        if (flags.json) return printJson(terminal, { ...entry, ...transcript });
        const format = chooseFormat(flags.format, flags.output);
        const title = entry.title ?? entry.fileName ?? undefined;
        const facts = { title, date: new Date(entry.createdAt) };
        await deliver(terminal, await renderTranscript(transcript, format, facts), flags.output);
      },
    );

  subcommand('history', 'show the revisions of a transcript of a workspace')
    .argument(...WORKSPACE)
    .argument(...TRANSCRIPT)
    .action(async (workspace: string, id: string, flags: WorkspaceFlags) => {
      const entries = await (await enter(workspace, flags)).history(id);
      if (flags.json) return printJson(terminal, entries);
      const rows = entries.map(({ revision, updatedAt, title, fileName }) => [
        ...[String(revision), toLocalTime(updatedAt)],
        oneLine(title ?? fileName ?? ''),
      ]);
      await printData(terminal, toTable([['REVISION', 'SAVED', 'TITLE'], ...rows]));
    });

  subcommand('rm', 'delete a transcript of a workspace, for everybody')
    .argument(...WORKSPACE)
    .argument(...TRANSCRIPT)
    .option('-y, --yes', 'do not ask')
    .action(async (workspace: string, id: string, flags: WorkspaceFlags & { yes?: true }) => {
      await confirmDeletion(terminal, 'this transcript, for everybody,', flags);
      await (await enter(workspace, flags)).delete(id);
      say(terminal, 'Deleted.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });
}
