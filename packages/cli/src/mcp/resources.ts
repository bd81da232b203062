/** Transcripts as resources, for assistants that let a person pick what to attach. */
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type McpServer,
} from '@modelcontextprotocol/server';
import { describe, NOTICE, pageOf, toSafeJson } from './answers.js';
import { PAGE, entryOf, idArgument, render } from './read-tools.js';
import type { UnlockedVault } from './unlocked-vault.js';

/** How many a list shows; read_transcript reaches the others. */
const LISTED = 100;

/** Adds `sealscribe://transcripts/{id}`. */
export function addResources(server: McpServer, source: UnlockedVault): void {
  server.registerResource(
    'transcript',
    new ResourceTemplate('sealscribe://transcripts/{id}', {
      list: async ({ mcpReq: { signal } }) => {
        const entries = await orProtocolError(() =>
          source.use((vault) => vault.list({ signal, onProblem: () => undefined })),
        );
        return {
          resources: entries.slice(0, LISTED).map(({ id, title, fileName, createdAt }) => ({
            uri: `sealscribe://transcripts/${id}`,
            name: oneLine(title ?? fileName ?? id),
            mimeType: 'application/json',
            description: `Transcript of ${createdAt.slice(0, 10)}`,
          })),
        };
      },
    }),
    {
      title: 'Transcript',
      description: 'A transcript of the sealed vault, with times and speakers.',
      mimeType: 'application/json',
    },
    async (uri, variables, { mcpReq: { signal } }) => {
      const id = idArgument.safeParse(variables['id']);
      if (!id.success)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'This is not the address of a transcript.');
      const { transcript, ...entry } = await orProtocolError(() =>
        source.use((vault) => vault.open(id.data, { words: false, signal })),
      );
      const page = pageOf(render(transcript, 'text'), 0, PAGE.most);
      const text = toSafeJson({ notice: NOTICE, ...entryOf(entry), ...page });
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] };
    },
  );
}

async function orProtocolError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = describe(error);
    const kind = code === 'not_found' ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
    throw new ProtocolError(kind, message, { code });
  }
}

const oneLine = (text: string) => text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200);
