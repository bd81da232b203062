/**
 * What this device has seen, in one JSON file (mode 0600), replaced as a whole so that a crash leaves the old one or the new one.
 * Several processes may share it: a lock file keeps their changes apart.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SealscribeError, type FreshnessStore } from '@sealscribe/sdk-core';

/** A change takes milliseconds; a lock that is older than this was left by a process that died. */
const STALE_LOCK = 10_000;

/** Keeps the marks of this device in a JSON file that only its owner can read. */
export class FileFreshness implements FreshnessStore {
  #queue: Promise<unknown> = Promise.resolve();

  /** @param path The file; it and its folder are made when they are needed. */
  constructor(readonly path: string) {}

  /** @throws SealscribeError "freshness_unreadable" when the file is not what this class wrote */
  async update(name: string, change: (stored: string | undefined) => string): Promise<void> {
    const result = this.#queue.then(() => this.#locked(() => this.#change(name, change)));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #change(name: string, change: (stored: string | undefined) => string): Promise<void> {
    const texts = await this.#read();
    const before = texts.get(name);
    const after = change(before);
    if (after === before) return;
    texts.set(name, after);
    const draft = `${this.path}.${randomUUID()}`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(Object.fromEntries(texts))}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (failure) {
      await rm(draft, { force: true });
      throw failure;
    }
  }

  async #read(): Promise<Map<string, string>> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (failure) {
      if ((failure as { code?: unknown }).code === 'ENOENT') return new Map();
      throw failure;
    }
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        const entries = Object.entries(value);
        if (entries.every(([, kept]) => typeof kept === 'string')) return new Map(entries);
      }
    } catch {
      // said below
    }
    throw new SealscribeError(
      'freshness_unreadable',
      'The file with what this device has seen is damaged. Remove it only if you trust the server for now.',
    );
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = `${this.path}.lock`;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    for (;;) {
      try {
        await (await open(lock, 'wx', 0o600)).close();
        break;
      } catch (failure) {
        if ((failure as { code?: unknown }).code !== 'EEXIST') throw failure;
        const left = await stat(lock).catch(() => undefined);
        if (left && Date.now() - left.mtimeMs > STALE_LOCK) await rm(lock, { force: true });
        else await delay(5 + Math.random() * 20);
      }
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  }
}
