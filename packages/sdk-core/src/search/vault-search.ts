/**
 * Searches a space on this device. The index says what there is; what is not in memory comes from the device's own sealed entries, or
 * from the server, opened as everywhere else (under its id, with the hashes of index and card). It is folded once and kept until the
 * vault is locked. Nothing of query or results leaves the device.
 */
import { openPart, type Mark } from '@sealscribe/crypto';
import { checkCard } from '../documents.js';
import { DamagedVaultError, IntegrityError } from '../errors.js';
import { verified } from '../integrity.js';
import type { Space } from '../space.js';
import type { VaultListing } from '../vault-listing.js';
import { getPart, toEntry, type OpenRecord } from '../vault-records.js';
import type { VaultEntry } from '../vault-types.js';
import { SealedCache, type CacheStore } from './cache.js';
import { findHighlights, type Highlight } from './highlight.js';
import { parseQuery } from './query.js';
import { Searchable, checkColumns, checkSegments, toColumns } from './scan.js';
import { fold } from './fold.js';

/** A place where something was found. */
export interface SearchHit {
  /** Id of the transcript. */
  readonly id: string;
  readonly title: string | null;
  /** Id of the segment; null where it is the title that matches. */
  readonly segment: number | null;
  /** Start of the segment in seconds. */
  readonly time: number;
  readonly speaker: string | null;
  /** The text of the segment, or the title. */
  readonly text: string;
  /** What was found in the text, in UTF-16 units, in order. */
  readonly highlights: readonly Readonly<Highlight>[];
}

/** How to search. */
export interface SearchOptions {
  /** Whether all terms must stand in one segment (the default), or anywhere in one transcript. */
  within?: 'segment' | 'transcript';
  /** Whether terms must be whole words; off by default, so that the beginning of a word finds it. */
  wholeWords?: boolean;
  /** Hits at most; 500 by default. */
  limit?: number;
  signal?: AbortSignal;
  /** Takes the transcripts that are not in order, so that the rest can be searched; without it they make the call fail. */
  onProblem?: (problem: IntegrityError) => void;
}

/** What the search needs of what it searches. */
export interface SearchSource {
  space: Space;
  listing: VaultListing;
  /** Every record of the vault, checked, by id; what is not in order, by id. */
  readAll: (signal: AbortSignal | undefined) => Promise<{
    records: ReadonlyMap<string, OpenRecord>;
    problems: ReadonlyMap<string, IntegrityError>;
  }>;
  /** One record, checked. */
  current: (id: string, signal: AbortSignal | undefined) => Promise<OpenRecord>;
}

interface Loaded {
  mark: Mark;
  entry: VaultEntry;
  document: Searchable;
}

/** More missing cards than this are listed together instead of one by one. */
const FEW = 16;
/** Transcripts opened at a time: enough to keep the threads of Web Crypto busy; more would only grow old in memory. */
const AT_ONCE = 4;

/** Searches one vault. */
export class VaultSearch {
  readonly #source: SearchSource;
  readonly #cache: SealedCache;
  #loaded = new Map<string, Loaded>();
  /** Whether what earlier runs left in the cache was gone through. */
  #tidied = false;
  /** One refresh at a time: they would open the same transcripts twice. */
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(source: SearchSource, cache: CacheStore) {
    this.#source = source;
    this.#cache = new SealedCache(cache, source.space.id);
  }

  /** Forgets every opened transcript. */
  clear(): void {
    this.#loaded = new Map();
  }

  /** Forgets a transcript that was deleted, in memory and in the cache. */
  async forget(id: string): Promise<void> {
    this.#loaded.delete(id);
    await this.#cache.keepOnly(new Set(), id);
  }

  /** See Vault.search. */
  async search(query: string, options: SearchOptions): Promise<SearchHit[]> {
    const { within = 'segment', wholeWords = false, limit = 500, signal, onProblem } = options;
    const terms = parseQuery(query);
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new RangeError('limit must be a whole number from 1');
    const refreshed = this.#refreshing.then(() => this.#refresh(signal));
    this.#refreshing = refreshed.catch(() => undefined);
    const problems = await refreshed;
    const loaded = [...this.#loaded.values()].sort((a, b) =>
      a.entry.createdAt < b.entry.createdAt ? 1 : -1,
    );
    if (problems.length > 0 && !onProblem)
      throw new DamagedVaultError(
        loaded.map(({ entry }) => entry),
        problems,
      );
    for (const problem of problems) onProblem?.(problem);
    const hits: SearchHit[] = [];
    for (const { entry, document } of loaded) {
      signal?.throwIfAborted();
      const { id } = entry;
      const title = entry.title ?? entry.fileName;
      if (title !== null && terms.every((term) => fold(title).includes(term))) {
        const highlights = findHighlights(title, terms, { all: true, wholeWords });
        if (highlights)
          hits.push({ id, title, segment: null, time: 0, speaker: null, text: title, highlights });
      }
      for (const hit of document.scan(terms, { within, wholeWords })) {
        hits.push({ id, title, ...hit });
        if (hits.length >= limit) break;
      }
      if (hits.length >= limit) break;
    }
    return hits.slice(0, limit);
  }

  /** Brings what is loaded to what the index lists now; gives what is not in order. */
  async #refresh(signal: AbortSignal | undefined): Promise<IntegrityError[]> {
    const { index } = await this.#source.listing.fetch(signal);
    // A vault that is locked meanwhile has another map: what is still being opened then goes nowhere.
    const loaded = this.#loaded;
    const problems = new Map<string, IntegrityError>();
    const missing: [string, Mark][] = [];
    let gone = !this.#tidied;
    for (const id of loaded.keys()) {
      const entry = Object.hasOwn(index, id) ? index[id] : undefined;
      if (!entry || 'deleted' in entry) gone = loaded.delete(id);
    }
    for (const [id, entry] of Object.entries(index))
      if (!('deleted' in entry) && loaded.get(id)?.mark.sha256 !== entry.sha256)
        missing.push([id, { revision: entry.revision, sha256: entry.sha256 }]);
    if (missing.length === 0 && !gone) return [];
    const guarded = async (id: string, work: () => Promise<void>) => {
      try {
        await work();
      } catch (failure) {
        if (!(failure instanceof IntegrityError)) throw failure;
        problems.set(id, failure);
      }
    };

    const absent: string[] = [];
    await inParallel(missing, async ([id, mark]) =>
      guarded(id, async () => {
        const kept = await this.#kept(id, mark);
        if (kept) loaded.set(id, kept);
        else absent.push(id);
      }),
    );
    let records: ReadonlyMap<string, OpenRecord> = new Map();
    if (absent.length > FEW) {
      const all = await this.#source.readAll(signal);
      records = all.records;
      for (const [id, problem] of all.problems) problems.set(id, problem);
    }
    await inParallel(absent, async (id) => {
      if (problems.has(id)) return;
      await guarded(id, async () => {
        const record = records.get(id) ?? (await this.#source.current(id, signal));
        loaded.set(id, await this.#load(record, signal));
      });
    });
    const names = Array.from(loaded, ([id, { mark }]) => this.#cache.nameOf({ id, mark }));
    await this.#cache.keepOnly(new Set(names));
    this.#tidied = true;
    return [...problems.values()];
  }

  /** What the cache keeps of a transcript at this mark. */
  async #kept(id: string, mark: Mark): Promise<Loaded | undefined> {
    const bytes = await this.#cache.get({ id, mark });
    if (!bytes) return undefined;
    try {
      return await verified(async () => {
        const { card, ...columns } = await this.#source.space.keys().openSearchEntry(id, mark, bytes);
        const entry = toEntry({ id, mark, card: checkCard(card, id) });
        return { mark, entry, document: new Searchable(checkColumns(columns, id)) };
      }, id);
    } catch (failure) {
      if (!(failure instanceof IntegrityError)) throw failure;
      // Damaged, of another version, or sealed under the key before.
      await this.#cache.drop({ id, mark });
      return undefined;
    }
  }

  async #load(record: OpenRecord, signal: AbortSignal | undefined): Promise<Loaded> {
    const { id, key, card, parts, mark } = record;
    const { bytes, expected } = await getPart(this.#source.space, record, 'transcript', signal);
    // Changed since its card was read: decided by the header alone, and once, for the hash decides in the end.
    const moved = expected ? record : await this.#source.current(id, signal);
    if (moved.mark.revision > mark.revision) return this.#load(moved, signal);
    const ref = parts.transcript;
    const columns = await verified(
      async () =>
        toColumns(checkSegments(await openPart(key, 'transcript', { transcriptId: id, ref }, bytes), id)),
      id,
    );
    const sealed = await this.#source.space.keys().sealSearchEntry(id, mark, { card, ...columns });
    await this.#cache.put({ id, mark }, sealed);
    return { mark, entry: toEntry(record), document: new Searchable(columns) };
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
