/**
 * Sealed bytes kept on this device, so that a search need neither fetch nor open everything again: what it needs of each transcript,
 * sealed under the key of its space and bound to the mark of its card. An entry goes when the index no longer lists that mark.
 */
import type { Mark } from '@sealscribe/crypto';

/** Where sealed bytes are kept. Names are letters, digits, `-`, `_` and `.`; losing an entry costs a download and nothing else. */
export interface CacheStore {
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
  /** The names that begin so. */
  names(prefix: string): Promise<string[]>;
}

/** A cache that lasts as long as the process. */
export class MemoryCache implements CacheStore {
  readonly #entries = new Map<string, Uint8Array>();

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#entries.get(name);
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#entries.set(name, bytes);
  }

  async delete(name: string): Promise<void> {
    this.#entries.delete(name);
  }

  async names(prefix: string): Promise<string[]> {
    return [...this.#entries.keys()].filter((name) => name.startsWith(prefix));
  }
}

/** What an entry is of: a transcript at the mark of its card. */
export interface CacheEntry {
  id: string;
  mark: Mark;
}

/** The entries of one space. A store that fails is a store that has nothing. */
export class SealedCache {
  constructor(
    private readonly store: CacheStore,
    private readonly spaceId: string,
  ) {}

  nameOf({ id, mark: { revision, sha256 } }: CacheEntry): string {
    return `${this.spaceId}.${id}.search.${revision}.${sha256}`;
  }

  /** The bytes kept for an entry, whatever they are: only its own open. */
  async get(entry: CacheEntry): Promise<Uint8Array | undefined> {
    return this.store.get(this.nameOf(entry)).catch(() => undefined);
  }

  async put(entry: CacheEntry, bytes: Uint8Array): Promise<void> {
    await this.store.put(this.nameOf(entry), bytes).catch(() => undefined);
  }

  async drop(entry: CacheEntry): Promise<void> {
    await this.store.delete(this.nameOf(entry)).catch(() => undefined);
  }

  /** Deletes everything of this space but these names, or everything of one transcript. */
  async keepOnly(names: ReadonlySet<string>, id?: string): Promise<void> {
    try {
      const prefix = id === undefined ? `${this.spaceId}.` : `${this.spaceId}.${id}.`;
      for (const name of await this.store.names(prefix)) if (!names.has(name)) await this.store.delete(name);
    } catch {
      // said above
    }
  }
}
