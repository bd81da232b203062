/**
 * Sealed bytes kept on this device, so that a search need not fetch everything again: exactly what the server gave, which only the
 * space's key opens. An entry is named by what it must be (space, transcript, part, revision, hash), is believed only when its
 * bytes have that hash (by whoever opens them), and goes when the index no longer lists it.
 */
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

/** What an entry is: a part of a transcript at a revision, by the SHA-256 of its sealed bytes. */
export interface CacheEntry {
  id: string;
  part: 'card' | 'transcript';
  revision: number;
  sha256: string;
}

/** The entries of one space. A store that fails is a store that has nothing. */
export class SealedCache {
  constructor(
    private readonly store: CacheStore,
    private readonly spaceId: string,
  ) {}

  nameOf({ id, part, revision, sha256 }: CacheEntry): string {
    return `${this.spaceId}.${id}.${part}.${revision}.${sha256}`;
  }

  /** The bytes kept for an entry, whatever they are: whoever opens them compares their hash, and drops what is not it. */
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
