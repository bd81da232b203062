/**
 * The tools that only read: list, read and search. Everything is opened on this computer; every answer has a limit, and says where
 * the next one begins.
 */
import type { McpServer } from '@modelcontextprotocol/server';
import { toMarkdown, toSrt, toTxt, toVtt, type Transcript, type VaultEntry } from '@sealscribe/sdk-node';
import * as z from 'zod';
import { toClock } from '../output.js';
import { answerWith, pageOf } from './answers.js';
import { tool } from './tool.js';
import type { UnlockedVault } from './unlocked-vault.js';

/** Characters of a transcript that one answer holds when nothing else is asked for, and at most. */
export const PAGE = { usual: 20_000, most: 50_000 };
/** Characters of a segment that a search shows. */
const HIT_CHARACTERS = 500;

/** The id of a transcript, as the tools take it. */
export const idArgument = z
  .string()
  .regex(/^[A-Za-z0-9_-]{21}[AQgw]$/)
  .describe('ID of a transcript, as list_transcripts gives it');

/** What a list says of a transcript. */
export const entryOf = ({
  id,
  revision,
  title,
  fileName,
  createdAt,
  duration,
  language,
  speakers,
  tags,
}: VaultEntry) => ({
  ...{ id, revision, title, fileName, createdAt, duration, language },
  speakers: [...speakers],
  tags: [...tags],
});

const isReadOnly = { readOnlyHint: true, openWorldHint: false };

/** Adds list_transcripts, read_transcript and search_transcripts. */
export function addReadTools(server: McpServer, source: UnlockedVault): void {
  tool(
    server,
    'list_transcripts',
    {
      title: 'List transcripts',
      description:
        'Lists the transcripts in the sealed vault, newest first: id, title, date, duration in seconds, language, speakers, tags.',
      inputSchema: z.object({
        tag: z.string().optional().describe('only those with this tag'),
        limit: z.int().min(1).max(100).default(50),
        offset: z.int().min(0).default(0).describe('how many to skip: "next" of the answer before'),
      }),
      annotations: isReadOnly,
    },
    async ({ tag, limit, offset }, { mcpReq: { signal } }) => {
      const problems: { id: string | undefined; code: string }[] = [];
      const all = await source.use((vault) =>
        vault.list({ signal, onProblem: ({ id, code }) => problems.push({ id, code }) }),
      );
      const found = all.filter(({ tags }) => tag === undefined || tags.includes(tag));
      const end = offset + limit;
      return answerWith({
        transcripts: found.slice(offset, end).map(entryOf),
        total: found.length,
        next: end < found.length ? end : null,
        // What cannot be trusted is told, and not shown.
        ...(problems.length > 0 && { notTrusted: problems.slice(0, 100) }),
      });
    },
  );

  tool(
    server,
    'read_transcript',
    {
      title: 'Read a transcript',
      description:
        'Opens one transcript and gives its text, a page at a time. "text" has a line for each segment, with its time and speaker; "json" has the segments with times in seconds.',
      inputSchema: z.object({
        id: idArgument,
        format: z.enum(['text', 'plain', 'markdown', 'srt', 'vtt', 'json']).default('text'),
        from: z.number().min(0).optional().describe('seconds: only what is said after'),
        to: z.number().min(0).optional().describe('seconds: only what is said before'),
        revision: z.int().min(1).optional().describe('an earlier revision; the present one without it'),
        offset: z.int().min(0).default(0).describe('character to begin at: "next" of the answer before'),
        limit: z.int().min(100).max(PAGE.most).default(PAGE.usual).describe('characters at most'),
      }),
      annotations: isReadOnly,
    },
    async ({ id, format, from, to, revision, offset, limit }, { mcpReq: { signal } }) => {
      const { transcript, ...entry } = await source.use((vault) =>
        revision === undefined
          ? vault.open(id, { words: false, signal })
          : vault.openRevision(id, revision, { signal }),
      );
      const text = render(cutTo(transcript, from, to), format);
      return answerWith({ ...entryOf(entry), format, ...pageOf(text, offset, limit) });
    },
  );

  tool(
    server,
    'search_transcripts',
    {
      title: 'Search transcripts',
      description:
        'Looks for words in all transcripts and their titles, on this computer. A phrase stands in double quotes; all terms must be found.',
      inputSchema: z.object({
        query: z.string().min(1).max(1000),
        within: z
          .enum(['segment', 'transcript'])
          .default('segment')
          .describe('whether the terms must stand in one segment or anywhere in one transcript'),
        wholeWords: z.boolean().default(false),
        limit: z.int().min(1).max(100).default(20),
      }),
      annotations: isReadOnly,
    },
    async ({ query, within, wholeWords, limit }, { mcpReq: { signal } }) => {
      const hits = await source.use((vault) =>
        // One more than is shown says whether there are more.
        vault.search(query, { within, wholeWords, limit: limit + 1, signal, onProblem: () => undefined }),
      );
      return answerWith({
        hits: hits.slice(0, limit).map(({ id, title, segment, time, speaker, text }) => ({
          ...{ id, title, segment, time, speaker },
          text: pageOf(text, 0, HIT_CHARACTERS).text,
        })),
        more: hits.length > limit,
      });
    },
  );
}

/** What is said in a range of seconds. */
function cutTo(transcript: Transcript, from = 0, to = Infinity): Transcript {
  const segments = transcript.segments.filter(({ start, end }) => end > from && start < to);
  if (segments.length === transcript.segments.length) return transcript;
  return { ...transcript, segments, text: segments.map(({ text }) => text).join(' ') };
}

/** A transcript as text with times and speakers, or in another form. */
export function render(
  transcript: Transcript,
  format: 'text' | 'plain' | 'markdown' | 'srt' | 'vtt' | 'json',
): string {
  switch (format) {
    case 'plain':
      return toTxt(transcript);
    case 'markdown':
      return toMarkdown(transcript);
    case 'srt':
      return toSrt(transcript);
    case 'vtt':
      return toVtt(transcript);
    case 'json':
      return transcript.segments
        .map(({ id, start, end, speaker, text }) => JSON.stringify({ id, start, end, speaker, text }))
        .join('\n');
    case 'text':
      return transcript.segments
        .map(
          ({ start, speaker, text }) =>
            `[${toClock(start)}] ${speaker === null ? '' : `${speaker}: `}${text}`,
        )
        .join('\n');
  }
}
