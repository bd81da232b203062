/**
 * The tool that transcribes a file, added only with --allow-folder. The recording goes to the Sealscribe server, as with `sealscribe
 * transcribe`; only with --allow-write can the transcript be kept.
 */
import { basename } from 'node:path';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { answerWith, pageOf } from './answers.js';
import { fileInside } from './allowed-folder.js';
import { PAGE, render } from './read-tools.js';
import { tool } from './tool.js';
import type { UnlockedVault } from './unlocked-vault.js';

/** Adds transcribe_file. */
export function addTranscribeTool(
  server: McpServer,
  source: UnlockedVault,
  { folder, mayWrite }: { folder: string; mayWrite: boolean },
): void {
  const input = z.object({
    path: z.string().min(1).max(4096).describe('the recording, inside the folder that is allowed'),
    language: z.string().max(35).optional().describe('language spoken, such as en; found out without it'),
    speakers: z.int().min(0).max(20).optional().describe('tell speakers apart; how many, or 0 for unknown'),
  });
  const saving = {
    save: z.boolean().default(false).describe('seal the transcript and keep it in the vault'),
    title: z.string().max(500).optional(),
  };
  tool(
    server,
    'transcribe_file',
    {
      title: 'Transcribe a recording',
      description: `Sends a recording on this computer to the Sealscribe server and gives its text${
        mayWrite ? '; with "save" the transcript is sealed and kept' : ''
      }. What does not fit in one answer is left out${mayWrite ? ': save it, and read on with read_transcript' : ''}.`,
      inputSchema: mayWrite ? input.extend(saving) : input,
      annotations: { readOnlyHint: !mayWrite, destructiveHint: false, openWorldHint: false },
    },
    async ({ path, language, speakers, ...more }, context) => {
      const file = await fileInside(folder, path);
      const { save = false, title } = more as { save?: boolean; title?: string };
      return source.use(async (vault, client) => {
        const transcript = await client.transcribe(
          { path: file },
          {
            signal: context.mcpReq.signal,
            onProgress: report(context),
            ...(language === undefined ? {} : { language }),
            ...(speakers === undefined ? {} : { diarize: true, ...(speakers > 0 && { speakers }) }),
          },
        );
        const labels = { fileName: basename(file), ...(title === undefined ? {} : { title }) };
        const saved = save && mayWrite ? await vault.save(transcript, labels) : undefined;
        const { language: spoken, duration, speakers: heard } = transcript;
        const { text, next } = pageOf(render(transcript, 'text'), 0, PAGE.usual);
        return answerWith({
          ...saved,
          language: spoken,
          duration,
          speakers: heard,
          text,
          isWhole: next === null,
        });
      });
    },
  );
}

/** Tells a client that asked for it how far it is, which also keeps it from giving up. */
function report({ mcpReq }: ServerContext): (progress: { stage: string; fraction: number }) => void {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return ({ stage, fraction }) => {
    if (progressToken === undefined) return;
    // Each number must be higher than the one before; the stages begin again from 0.
    progress += 1;
    const message = `${stage} ${Math.round(fraction * 100)} %`;
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
      .catch(() => undefined);
  };
}
