/**
 * Searches a space on this device. The index says what there is; what is not here yet comes from the cache of sealed bytes or from
 * the server, is opened as everywhere else (under its id, with the hashes of index and card), folded once and kept in memory until
 * the vault is locked. Nothing of query or results leaves the device.
 */
import { decodeBase64url, encodeBase64url, openPart, type Mark } from '@sealscribe/crypto';
import { DamagedVaultError, IntegrityError } from '../errors.js';
import { verified } from '../integrity.js';
import type { Space } from '../space.js';
import type { VaultListing } from '../vault-listing.js';
import { getPart, openRecord, toEntry, type OpenRecord } from '../vault-records.js';
import type { VaultEntry } from '../vault-types.js';
import { SealedCache, type CacheEntry, type CacheStore } from './cache.js';
import { findHighlights, type Highlight } from './highlight.js';
import { parseQuery } from './query.js';
import { Searchable, checkSegments } from './scan.js';
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
  /** Names of its entries in the cache. */
  names: string[];
}

/** More missing cards than this are listed together instead of one by one. */
const FEW = 16;
/** Transcripts opened at a time. */
const AT_ONCE = 8;
/** Bytes of a sealed key: it lies before the card in the cache. */
const KEY_BYTES = 104;

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
      if (!('deleted' in entry) && loaded.get(id)?.mark.sha256 !== entry.sha256) missing.push([id, entry]);
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
        const record = await this.#cachedRecord(id, mark);
        if (record) loaded.set(id, await this.#load(record, signal));
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
    const names = [...loaded.values()].flatMap((each) => each.names);
    await this.#cache.keepOnly(new Set(names));
    this.#tidied = true;
    return [...problems.values()];
  }

  /** A record from the cache; its hash is that of the index. */
  async #cachedRecord(id: string, { revision, sha256 }: Mark): Promise<OpenRecord | undefined> {
    const entry: CacheEntry = { id, part: 'card', revision, sha256 };
    const bytes = await this.#cache.get(entry);
    if (!bytes) return undefined;
    const key = encodeBase64url(bytes.subarray(0, KEY_BYTES));
    const sealed = { id, revision, key, card: encodeBase64url(bytes.subarray(KEY_BYTES)) };
    try {
      const { sealed: _, ...record } = await openRecord(this.#source.space.keys(), sealed);
      if (record.mark.sha256 === sha256) return record;
    } catch (failure) {
      if (!(failure instanceof IntegrityError)) throw failure;
    }
    // Damaged, or the key was sealed anew since: the server has the present one.
    await this.#cache.drop(entry);
    return undefined;
  }

  async #load(record: OpenRecord, signal: AbortSignal | undefined): Promise<Loaded> {
    const { id, key, parts, mark } = record;
    const ref = parts.transcript;
    const part: CacheEntry = { id, part: 'transcript', ...ref };
    const open = (bytes: Uint8Array) =>
      verified(
        async () => checkSegments(await openPart(key, 'transcript', { transcriptId: id, ref }, bytes), id),
        id,
      );
    let document = await this.#cache.get(part).then((cached) => cached && open(cached).catch(onlyIntegrity));
    if (!document) {
      const { bytes, expected } = await getPart(this.#source.space, record, 'transcript', signal);
      // Changed since its card was read: decided by the header alone, and once, for the hash decides in the end.
      const moved = expected ? record : await this.#source.current(id, signal);
      if (moved.mark.revision > mark.revision) return this.#load(moved, signal);
      document = await open(bytes);
      await this.#cache.put(part, bytes);
    }
    const card: CacheEntry = { id, part: 'card', ...mark };
    if (record.sealed) await this.#cache.put(card, join(record.sealed.key, record.sealed.card));
    const names = [this.#cache.nameOf(card), this.#cache.nameOf(part)];
    return { mark, entry: toEntry(record), document: new Searchable(document), names };
  }
}

/** What does not open from the cache is fetched again; every other failure is one. */
function onlyIntegrity(failure: unknown): undefined {
  if (!(failure instanceof IntegrityError)) throw failure;
}

/** Key and card of a record, as the cache keeps them. */
function join(...texts: string[]): Uint8Array {
  const parts = texts.map(decodeBase64url);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
