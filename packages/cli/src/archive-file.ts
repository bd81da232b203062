/**
 * Archives as files: written as they come and given their name only when they are whole, opened without reading them whole, and
 * written out as transcripts in the clear.
 */
import { randomUUID } from 'node:crypto';
import { openAsBlob, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  openArchive,
  type Archive,
  type ArchiveKey,
  type Sealscribe,
  type Transcript,
} from '@sealscribe/sdk-node';
import { CliError } from './exit-codes.js';
import type { Format } from './options.js';
import { renderTranscript } from './render.js';
import { writeFileAtomic } from './write-file.js';

/** Opens an archive in a file of any size. @throws the file system's error; the SDK's */
export async function openArchiveFile(file: string, key: ArchiveKey): Promise<Archive> {
  if ((await stat(file)).isDirectory()) throw new CliError('usage', 'This is a folder, not an archive.');
  return openArchive(await openAsBlob(file), key);
}

/**
 * Fetches the archive of the account into a file. With `key` it is opened again before it gets its name, because a backup that
 * was never opened is none.
 * @throws CliError `conflict` when the file is there; DamagedVaultError
 */
export async function saveArchive(
  client: Sealscribe,
  file: string,
  options: { key: ArchiveKey | undefined; overwrite: boolean; signal: AbortSignal },
): Promise<{ bytes: number; transcripts?: number; privateMode?: number }> {
  if (!options.overwrite && statSync(file, { throwIfNoEntry: false })) throw exists();
  const draft = `${file}.${randomUUID()}.part`;
  try {
    const bytes = await download(client.exportArchive({ signal: options.signal }), draft);
    const counts = options.key && (await check(await openArchiveFile(draft, options.key)));
    if (!options.overwrite && statSync(file, { throwIfNoEntry: false })) throw exists();
    await rename(draft, file);
    return { bytes, ...counts };
  } finally {
    rmSync(draft, { force: true });
  }
}

const exists = () => new CliError('conflict', 'The file exists already. Add --force to replace it.');

async function download(archive: ReadableStream<Uint8Array>, draft: string): Promise<number> {
  const file = await open(draft, 'wx', 0o600);
  let bytes = 0;
  try {
    const reader = archive.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      await file.writeFile(read.value);
      bytes += read.value.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

/** Opens everything: what cannot be opened is found out now, not on the day it is needed. */
async function check(archive: Archive): Promise<{ transcripts: number; privateMode: number }> {
  const entries = await archive.vault.list();
  for (const { id } of entries) await archive.vault.open(id);
  const privateMode = await archive.privateMode();
  return { transcripts: entries.length, privateMode: (await privateMode?.list())?.length ?? 0 };
}

/** Writes transcripts, and what private mode holds, into a folder; gives `{id, file}` of each. */
export async function writeAll(
  archive: Archive,
  folder: string,
  { id: only, format, font: fonts }: { id?: string; format: Format; font?: string[] },
): Promise<{ id: string; file: string }[]> {
  await mkdir(folder, { recursive: true });
  const written: { id: string; file: string }[] = [];
  const write = async (id: string, { transcript, title, fileName, createdAt }: Opened): Promise<void> => {
    const name = title ?? fileName ?? undefined;
    const file = join(folder, `${fileNameOf(name)}${id}.${format}`);
    const facts = { title: name, fonts, ...(createdAt && { date: new Date(createdAt) }) };
    writeFileAtomic(file, await renderTranscript(transcript, format, facts), { overwrite: true });
    written.push({ id, file });
  };
  const ids = only === undefined ? (await archive.vault.list()).map(({ id }) => id) : [only];
  for (const id of ids) await write(id, await archive.vault.open(id));
  const privateMode = only === undefined ? await archive.privateMode() : undefined;
  for (const { id } of (await privateMode?.list()) ?? [])
    if (privateMode) await write(id, await privateMode.open(id));
  return written;
}

/** A transcript of the vault or of private mode. */
interface Opened {
  transcript: Transcript;
  title?: string | null | undefined;
  fileName?: string | null | undefined;
  createdAt?: string;
}

/** A title as the beginning of a file name that every system takes: letters, digits and dashes, at most 40. */
function fileNameOf(title: string | undefined): string {
  const name = (title ?? '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = Array.from(name).slice(0, 40).join('').replace(/-+$/, '');
  return short === '' ? '' : `${short}-`;
}
