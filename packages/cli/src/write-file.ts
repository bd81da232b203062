/**
 * Files that appear whole or not at all: written beside their target under another name, flushed, then renamed.
 * All in one synchronous go, so that Ctrl-C cannot come between. Devices and pipes (`-o /dev/stdout`) are written to, never replaced.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { CliError } from './exit-codes.js';

/**
 * Writes a whole file. Without `overwrite` an existing file stays as it is, even when it appears in the meantime.
 * @throws CliError `conflict` when the file exists and must not be replaced.
 */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: { overwrite: boolean; mode?: number },
): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile()) return writeFileSync(path, data);
  if (there && !options.overwrite) throw exists();
  // A link is followed, so that the file it points to is replaced and not the link.
  const target = there ? realpathSync(path) : path;
  const draft = `${target}.${randomUUID()}.part`;
  try {
    const file = openSync(draft, 'wx', options.mode ?? 0o666);
    try {
      // Whom the old file kept out, the new one keeps out too.
      if (there && options.mode === undefined) fchmodSync(file, there.mode & 0o777);
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (options.overwrite) renameSync(draft, target);
    else placeNew(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives a draft its name unless that name is taken; file systems without links get a plain rename. */
function placeNew(draft: string, target: string): void {
  try {
    linkSync(draft, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists();
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    renameSync(draft, target);
  }
}

function exists(): CliError {
  return new CliError('conflict', 'The output file exists already. Add --force to replace it.');
}
