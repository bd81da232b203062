/**
 * Transcripts written into a folder, in the clear, each under a name that its title gives and every system takes.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archived } from './archived-transcripts.js';
import type { Format } from './options.js';
import { renderTranscript } from './render.js';
import { writeFileAtomic } from './write-file.js';

/** Characters of a title that a file name begins with: at most 160 bytes, of the 255 that there are. */
const TITLE_CHARACTERS = 40;

/** Writes them; gives id and file of each. */
export async function writeTranscripts(
  transcripts: Iterable<Archived> | AsyncIterable<Archived>,
  folder: string,
  { format, fonts }: { format: Format; fonts: readonly string[] | undefined },
): Promise<{ id: string; file: string }[]> {
  await mkdir(folder, { recursive: true });
  const written: { id: string; file: string }[] = [];
  for await (const { id, transcript, title, fileName, createdAt } of transcripts) {
    const name = title ?? fileName ?? undefined;
    const file = join(folder, `${fileNameOf(name)}${id}.${format}`);
    const facts = { title: name, fonts, ...(createdAt && { date: new Date(createdAt) }) };
    writeFileAtomic(file, await renderTranscript(transcript, format, facts), { overwrite: true });
    written.push({ id, file });
  }
  return written;
}

/** A title as the beginning of a file name: letters, digits and dashes. */
function fileNameOf(title = ''): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+/, '');
  const short = Array.from(name).slice(0, TITLE_CHARACTERS).join('').replace(/-+$/, '');
  return short === '' ? '' : `${short}-`;
}
