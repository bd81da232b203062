/** Looks at the data folder as somebody would who has taken the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the files that hold these bytes anywhere, free pages and log included. */
export function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(bytes));
}
