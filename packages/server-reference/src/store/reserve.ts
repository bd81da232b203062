/**
 * Space put aside for a full disk. SQLite needs room to delete: the log takes the change before the file does. So a file of
 * zeros lies beside the database; a deletion (or a sign-in, without which nobody could delete) that finds no room gives it up,
 * runs again, and fills it anew. On file systems that compress, zeros take no room and this does not help.
 */
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The log at its usual largest, the largest blob, and as much again for what lies between. */
const BYTES = 16 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024);

/** The file that can be given up. */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;

  constructor(folder: string, bytes = BYTES) {
    this.#path = join(folder, 'reserve');
    this.#bytes = bytes;
  }

  /** Takes the space, or as much of it as there is. */
  fill(): void {
    const file = openSync(this.#path, 'a', 0o600);
    try {
      let missing = this.#bytes - statSync(this.#path).size;
      while (missing > 0) missing -= writeSync(file, CHUNK, 0, Math.min(CHUNK.length, missing));
      fsyncSync(file);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Runs a change; where there is no room, once more with this space, which is then taken again after `tidy`. */
  async lend<T>(change: () => Promise<T>, tidy: () => Promise<void>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
    rmSync(this.#path, { force: true });
    try {
      return await change();
    } finally {
      await tidy().catch(() => undefined);
      this.fill();
    }
  }
}

/** Whether an error is SQLite's, PostgreSQL's (53100) or the file system's way of saying that there is no room. */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'SQLITE_FULL' || code === '53100' || code === 'ENOSPC' || code === 'EDQUOT';
}
