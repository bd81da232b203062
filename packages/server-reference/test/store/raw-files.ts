/** Looks at the data folder as somebody would who has taken the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the files that hold these bytes anywhere, free pages and log included. */
export function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(bytes))
    .map(({ name }) => name);
}
