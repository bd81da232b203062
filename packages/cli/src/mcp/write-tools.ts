/**
 * The tools that change something, added only with --allow-write: labels and speaker names. What was there before stays as an earlier
 * revision; nothing here deletes.
 */
import type { McpServer } from '@modelcontextprotocol/server';
import { renameSpeaker, type Changes } from '@sealscribe/sdk-node';
import * as z from 'zod';
import { CliError } from '../exit-codes.js';
import { answerWith } from './answers.js';
import { idArgument } from './read-tools.js';
import { tool } from './tool.js';
import type { UnlockedVault } from './unlocked-vault.js';

const changes = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const revisionArgument = z
  .int()
  .min(1)
  .optional()
  .describe('the revision that was read: the change is refused when another one is there now');

/** Adds edit_labels and rename_speaker. */
export function addWriteTools(server: McpServer, source: UnlockedVault): void {
  tool(
    server,
    'edit_labels',
    {
      title: 'Change title and tags',
      description: 'Sets the title or all tags of a transcript. It is sealed again on this computer.',
      inputSchema: z.object({
        id: idArgument,
        title: z.string().max(500).nullable().optional().describe('null takes it away'),
        tags: z.array(z.string().min(1).max(100)).max(50).optional().describe('all of them'),
        revision: revisionArgument,
      }),
      annotations: changes,
    },
    async ({ id, title, tags, revision }) => {
      const wanted: Changes = { ...(title !== undefined && { title }), ...(tags && { tags }) };
      if (Object.keys(wanted).length === 0) throw new CliError('usage', 'Give a title, tags, or both.');
      return answerWith(await source.use((vault) => vault.update(id, wanted, revision ? { revision } : {})));
    },
  );

  tool(
    server,
    'rename_speaker',
    {
      title: 'Rename a speaker',
      description: 'Gives a speaker of a transcript another name, such as "Ada" for "SPEAKER_00".',
      inputSchema: z.object({
        id: idArgument,
        from: z.string().min(1).max(200),
        to: z.string().min(1).max(200),
        revision: revisionArgument,
      }),
      annotations: changes,
    },
    async ({ id, from, to, revision }) =>
      answerWith(
        await source.use(async (vault) => {
          const opened = await vault.open(id);
          if (!opened.transcript.speakers.includes(from))
            throw new CliError('notFound', 'The transcript has no speaker of this name.');
          const transcript = renameSpeaker(opened.transcript, from, to);
          return vault.update(id, { transcript }, { revision: revision ?? opened.revision });
        }),
      ),
  );
}
