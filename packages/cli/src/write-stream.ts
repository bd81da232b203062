/** Files that are written as their bytes come, and have their name only once they are whole. */
import { randomUUID } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { CliError } from './exit-codes.js';

/**
 * Writes a stream to a file that only this user may read. `check` is given the file before it has its name, and keeps it from that
 * by throwing.
 *
 * @returns Bytes.
 * @throws CliError `conflict` when the file is there and must not be replaced; what the stream errs with, and what `check` throws.
 */
export async function writeStream(
  stream: ReadableStream<Uint8Array>,
  file: string,
  { overwrite, check }: { overwrite: boolean; check?: (draft: string) => Promise<void> },
): Promise<number> {
  const isThere = () => !overwrite && statSync(file, { throwIfNoEntry: false }) !== undefined;
  const draft = `${file}.${randomUUID()}.part`;
  try {
    if (isThere()) throw exists();
    const bytes = await download(stream, draft);
    await check?.(draft);
    if (isThere()) throw exists();
    await rename(draft, file);
    return bytes;
  } finally {
    rmSync(draft, { force: true });
  }
}

const exists = () => new CliError('conflict', 'The file exists already. Add --force to replace it.');

async function download(stream: ReadableStream<Uint8Array>, draft: string): Promise<number> {
  const file = await open(draft, 'wx', 0o600);
  let bytes = 0;
  try {
    const reader = stream.getReader();
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
