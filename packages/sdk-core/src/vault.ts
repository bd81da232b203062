/**
 * The vault: transcripts sealed in three parts under a key that only the account's password opens (docs/formats.md, sealed-v1).
 * Everything read is checked against the index and against what this device has seen before; everything written goes with a new
 * index in one request. What the server says about a transcript, besides its bytes, is never shown.
 */
import {
  CryptoError,
  createTranscriptKey,
  decodeBase64url,
  newId,
  sealRecord,
  type IndexEntry,
  type Mark,
  type SealedRecord,
} from '@sealscribe/crypto';
import { routes, transcriptWrittenSchema, type Route, type Transcript } from '@sealscribe/protocol';
import type { OpenAccount } from './account.js';
import { checkLabels, toDocuments } from './documents.js';
import {
  ApiError,
  ConflictError,
  DamagedVaultError,
  type IntegrityError,
  SealscribeError,
} from './errors.js';
import { checkRevision, listHistory, openEarlier } from './history.js';
import { VaultFreshness, type FreshnessStore } from './freshness.js';
import { badAnswer, refusal, type Http, type RequestOptions } from './http.js';
import { explain } from './integrity.js';
import { encodeForm, type Part } from './multipart.js';
import { checkId, octets } from './private-mode.js';
import { MemoryCache, type CacheStore } from './search/cache.js';
import { VaultSearch, type SearchHit, type SearchOptions } from './search/vault-search.js';
import { TranscriptMoved, VaultListing, checkAgainst, vanished, type Write } from './vault-listing.js';
import { readAll, toEntries } from './vault-reading.js';
import { getSealed, openRecord, readTranscript, toEntry, type OpenRecord } from './vault-records.js';
import type { Changes, Labels, Saved, VaultEntry, VaultTranscript } from './vault-types.js';

/** How often something is read again because other devices write meanwhile. */
const MAX_READS = 3;

/** An unlocked vault. */
export class Vault {
  readonly accountId: string;
  readonly #http: Http;
  readonly #freshness: VaultFreshness;
  readonly #listing: VaultListing;
  readonly #search: VaultSearch;
  #key: CryptoKey | undefined;
  /** Writes of one client wait for each other: they would only make each other's index stale. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    http: Http,
    freshness: FreshnessStore,
    { accountId, accountKey }: OpenAccount,
    cache: CacheStore = new MemoryCache(),
  ) {
    this.accountId = accountId;
    this.#http = http;
    this.#key = accountKey;
    this.#freshness = new VaultFreshness(freshness, accountId);
    this.#listing = new VaultListing(http, accountId, this.#freshness, () => this.#accountKey());
    const source = {
      ...{ http, accountId, listing: this.#listing, accountKey: () => this.#accountKey() },
      readAll: (signal?: AbortSignal) => this.#readAll(signal),
      current: (id: string, signal?: AbortSignal) => this.#current(id, signal),
    };
    this.#search = new VaultSearch(source, cache);
  }

  /** Forgets the key; every later call throws SealscribeError "locked". */
  lock(): void {
    this.#key = undefined;
    this.#search.clear();
  }

  #accountKey(): CryptoKey {
    if (!this.#key) throw new SealscribeError('locked', 'The vault is locked: unlock it with the password.');
    return this.#key;
  }

  /**
   * Seals a transcript and stores it.
   * @throws TypeError when it is not a transcript; IntegrityError when the server's index is not what it must be
   */
  async save(transcript: Transcript, labels: Labels = {}): Promise<Saved> {
    const accountKey = this.#accountKey();
    const documents = toDocuments(transcript);
    const id = newId();
    const { transcriptKey, wrap } = await createTranscriptKey(accountKey, {
      accountId: this.accountId,
      transcriptId: id,
    });
    const now = this.#now();
    const card = checkLabels({
      title: labels.title ?? null,
      fileName: labels.fileName ?? null,
      tags: labels.tags ?? [],
      ...documents.summary,
      createdAt: now,
      updatedAt: now,
    });
    const { transcript: body, words } = documents;
    const sealed = await sealRecord(transcriptKey, {
      transcriptId: id,
      revision: 1,
      card,
      transcript: body,
      words,
    });
    return this.#put(id, sealed, { key: wrap });
  }

  /**
   * Everything in the vault, newest first. Every card is opened and checked against the index and this device's memory.
   *
   * @param options.onProblem Takes the transcripts that are not in order (one IntegrityError each, with its id), so that the
   * rest can be shown; without it they make the call fail, so that nobody overlooks them.
   * @throws DamagedVaultError with the good entries and the problems; IntegrityError when the index itself is not in order
   */
  async list(
    options: { signal?: AbortSignal; onProblem?: (problem: IntegrityError) => void } = {},
  ): Promise<VaultEntry[]> {
    const { signal, onProblem } = options;
    const { records, problems } = await this.#readAll(signal);
    const entries = toEntries(records.values());
    if (problems.size > 0 && !onProblem) throw new DamagedVaultError(entries, [...problems.values()]);
    for (const problem of problems.values()) onProblem?.(problem);
    return entries;
  }

  #readAll(signal: AbortSignal | undefined) {
    return readAll(
      this.#http,
      this.#listing,
      this.#freshness,
      this.accountId,
      () => this.#accountKey(),
      signal,
    );
  }

  /**
   * Looks for text in titles and transcripts, newest first, on this device: case and diacritics make no difference. Terms are
   * parted by spaces, a phrase stands in double quotes, and every term must be found.
   *
   * @throws TypeError when there is nothing to look for; DamagedVaultError as {@link list}
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchHit[]> {
    return this.#search.search(query, options);
  }

  /**
   * Opens a transcript.
   *
   * @param options.words False leaves word times where they are, which is most of the bytes.
   * @throws ApiError "not_found"; IntegrityError when what the server gives is not the transcript that the index lists
   */
  async open(id: string, options: { words?: boolean; signal?: AbortSignal } = {}): Promise<VaultTranscript> {
    const { words = true, signal } = options;
    for (let read = 1; ; read++) {
      const record = await this.#current(id, signal);
      const lastTry = read === MAX_READS;
      try {
        const transcript = await readTranscript(this.#http, record, { words, lastTry, signal });
        if (transcript) return { ...toEntry(record), transcript };
      } catch (failure) {
        // Deleted in between: then the card is gone too, and the next read says so.
        if (!isNotFound(failure)) throw failure;
        if (lastTry) throw vanished(id);
      }
    }
  }

  /** The card of a transcript, checked against the index. */
  async #current(id: string, signal?: AbortSignal): Promise<OpenRecord> {
    checkId(id);
    for (let read = 1; ; read++) {
      const lastTry = read === MAX_READS;
      try {
        const info = await getSealed(this.#http, id, signal);
        const record = await openRecord(this.#accountKey(), this.accountId, info);
        try {
          checkAgainst(await this.#listing.known(), id, record.mark);
        } catch {
          // Another device may have written since the index was read.
          checkAgainst(await this.#listing.fetch(signal), id, record.mark);
        }
        const problem = (await this.#freshness.seeTranscripts(new Map([[id, record.mark]]))).get(id);
        if (problem) throw problem;
        return record;
      } catch (failure) {
        if (isNotFound(failure)) {
          const { index } = await this.#listing.fetch(signal);
          const entry = Object.hasOwn(index, id) ? index[id] : undefined;
          if (!entry || 'deleted' in entry) throw failure;
          if (lastTry) throw vanished(id);
        } else if (lastTry || !(failure instanceof CryptoError)) {
          throw explain(failure, id);
        }
      }
    }
  }

  /**
   * Changes a transcript or its labels.
   *
   * @param options.revision The revision that the change was made from, as `list` or `open` gave it; the change is refused when
   * another device was faster. Without it, labels are set on whatever is there, and a transcript replaces what is there now.
   * @throws ConflictError with the transcript as it is now
   */
  async update(id: string, changes: Changes, options: { revision?: number } = {}): Promise<Saved> {
    const given = changes.transcript && toDocuments(changes.transcript);
    for (;;) {
      const record = await this.#current(id);
      const { revision } = record.mark;
      if (options.revision !== undefined && options.revision !== revision)
        throw await this.#conflict(id, options.revision);
      const renewed = isOutdated((await this.#listing.known()).index[id])
        ? await createTranscriptKey(this.#accountKey(), { accountId: this.accountId, transcriptId: id })
        : undefined;
      let documents = given;
      if (renewed && !documents) {
        // Everything is to be sealed under the new key, what does not change too.
        const present = await this.open(id);
        if (present.revision !== revision) continue;
        documents = toDocuments(present.transcript);
      }
      const { title, fileName, tags } = changes;
      const card = checkLabels({
        ...record.card,
        ...(title === undefined ? {} : { title }),
        ...(fileName === undefined ? {} : { fileName }),
        ...(tags === undefined ? {} : { tags }),
        ...given?.summary,
        updatedAt: this.#now(),
      });
      const sealed = await sealRecord(renewed?.transcriptKey ?? record.key, {
        transcriptId: id,
        revision: revision + 1,
        card,
        parts: record.parts,
        ...(documents ? { transcript: documents.transcript, words: documents.words } : {}),
      });
      try {
        return await this.#put(id, sealed, { replaces: record.mark, ...(renewed && { key: renewed.wrap }) });
      } catch (failure) {
        if (!(failure instanceof TranscriptMoved)) throw failure;
        if (given || options.revision !== undefined) throw await this.#conflict(id, revision);
      }
    }
  }

  /** The transcript's revisions that the server still has, the present one first; `openRevision` opens an earlier one. */
  async history(id: string, options: { signal?: AbortSignal } = {}): Promise<VaultEntry[]> {
    return listHistory(this.#http, await this.#current(id, options.signal), options.signal);
  }

  /**
   * Opens the transcript as it was at an earlier revision, or as it is at the present one.
   * @throws ApiError "not_found"; IntegrityError when the server gives anything but that revision
   */
  async openRevision(
    id: string,
    revision: number,
    options: { signal?: AbortSignal } = {},
  ): Promise<VaultTranscript> {
    checkRevision(revision);
    const present = await this.#current(id, options.signal);
    if (revision === present.mark.revision) return this.open(id, options);
    return openEarlier(this.#http, present, revision, options.signal);
  }

  /**
   * Makes an earlier revision the newest: a new one with its transcript and labels. Nothing in between is lost.
   *
   * @param options.revision As for {@link update}.
   * @throws ApiError "not_found"; ConflictError; IntegrityError
   */
  async restore(id: string, revision: number, options: { revision?: number } = {}): Promise<Saved> {
    const { transcript, title, fileName, tags } = await this.openRevision(id, revision);
    return this.update(id, { transcript, title, fileName, tags }, options);
  }

  /** Deletes all earlier revisions of a transcript for good; the present one stays. */
  async forgetHistory(id: string): Promise<void> {
    checkId(id);
    await this.#http.done(routes.deleteRevisions, { id });
  }

  /**
   * Deletes a transcript at once, earlier revisions with it; only its id stays, as a tombstone in the sealed index.
   *
   * @param options.revision As for {@link update}; without it the transcript is deleted whatever its revision.
   * @throws ConflictError, ApiError "not_found"
   */
  async delete(id: string, options: { revision?: number } = {}): Promise<void> {
    checkId(id);
    for (;;) {
      const { index } = await this.#listing.fetch();
      const entry = Object.hasOwn(index, id) ? index[id] : undefined;
      if (!entry || 'deleted' in entry) throw refusal(404, 'not_found', undefined);
      if (options.revision !== undefined && options.revision !== entry.revision)
        throw await this.#conflict(id, options.revision);
      try {
        await this.#write({
          id,
          replaces: entry,
          becomes: { deleted: true },
          send: (headers, index) =>
            this.#send(routes.deleteTranscript, id, {
              headers: { ...headers, ...octets, 'if-match': `"${entry.revision}"` },
              body: async () => index,
            }),
        });
        await this.#search.forget(id);
        return;
      } catch (failure) {
        if (!(failure instanceof TranscriptMoved)) throw failure;
        if (options.revision !== undefined) throw await this.#conflict(id, options.revision);
      }
    }
  }

  /**
   * Revision of the index and the first 8 hex digits of its hash, such as "17-3fa9c01b": two devices that show the same see the
   * same vault. "0" for a vault that nothing was ever saved to.
   */
  async fingerprint(): Promise<string> {
    const { revision, mark } = await this.#listing.fetch();
    if (!mark) return '0';
    const hash = decodeBase64url(mark.sha256).subarray(0, 4);
    return `${revision}-${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }

  /** Stores a sealed record, with its key when that is new, in the place of the one before when there is one. */
  async #put(
    id: string,
    sealed: SealedRecord,
    { key, replaces }: { key?: Uint8Array; replaces?: Mark },
  ): Promise<Saved> {
    const revision = (replaces?.revision ?? 0) + 1;
    const parts: Part[] = key ? [{ name: 'key', data: key }] : [];
    parts.push({ name: 'card', data: sealed.card });
    if (sealed.transcript) parts.push({ name: 'transcript', data: sealed.transcript });
    if (sealed.words) parts.push({ name: 'words', data: sealed.words });
    const condition = replaces ? { 'if-match': `"${replaces.revision}"` } : { 'if-none-match': '*' };
    await this.#write({
      id,
      replaces,
      becomes: { revision, sha256: sealed.sha256 },
      send: (headers, index) => {
        const files = [...parts, { name: 'index', data: index }].map((part) => ({
          ...part,
          fileName: part.name,
        }));
        const { contentType, body } = encodeForm(files, `sealscribe-${newId()}`);
        return this.#send(routes.putTranscript, id, {
          headers: { ...headers, ...condition, 'content-type': contentType },
          body: async () => body,
        });
      },
    });
    return { id, revision };
  }

  #write(write: Write): Promise<void> {
    const result = this.#writing.then(() => this.#listing.write(write));
    this.#writing = result.catch(() => undefined);
    return result;
  }

  async #send(route: Route, id: string, options: RequestOptions): Promise<number> {
    const written = await this.#http.json(route, transcriptWrittenSchema, { ...options, id });
    if (written.id !== id) throw badAnswer();
    return written.indexRevision;
  }

  async #conflict(id: string, base: number): Promise<ConflictError> {
    try {
      return new ConflictError(id, base, await this.open(id));
    } catch (failure) {
      if (isNotFound(failure)) return new ConflictError(id, base, undefined);
      throw failure;
    }
  }

  #now(): string {
    return new Date(this.#http.platform.now()).toISOString();
  }
}

/** Whether the key of a transcript is older than the account key. */
const isOutdated = (entry: IndexEntry | undefined) =>
  entry !== undefined && !('deleted' in entry) && entry.rekey === true;

const isNotFound = (failure: unknown) => failure instanceof ApiError && failure.code === 'not_found';
