/**
 * Sealed transcripts in a folder, one file each (mode 0600), for a search that need not fetch them again. What is here opens only
 * with the account's key; deleting the folder costs a download.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheStore } from '@sealscribe/sdk-core';

/** Keeps sealed bytes in files that only their owner can read. */
export class FileCache implements CacheStore {
  /** @param folder Made when it is needed. */
  constructor(readonly folder: string) {}

  async get(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(name));
    } catch (failure) {
      if ((failure as { code?: unknown }).code === 'ENOENT') return undefined;
      throw failure;
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}.part`;
    try {
      await writeFile(draft, bytes, { flag: 'wx', mode: 0o600 });
      await rename(draft, path);
    } catch (failure) {
      await rm(draft, { force: true });
      throw failure;
    }
  }

  async delete(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  async names(prefix: string): Promise<string[]> {
    try {
      return (await readdir(this.folder)).filter((name) => name.startsWith(prefix));
    } catch (failure) {
      if ((failure as { code?: unknown }).code === 'ENOENT') return [];
      throw failure;
    }
  }

  #path(name: string): string {
    if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
      throw new TypeError('name must be that of a cache entry');
    return join(this.folder, name);
  }
}
