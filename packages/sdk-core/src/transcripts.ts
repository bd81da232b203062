/**
 * What can be done with the transcripts of a space, an account's vault or a workspace: sealed in three parts under the space's key
 * (docs/formats.md, sealed-v1). Everything read is checked against the index and against what this device has seen before;
 * everything written goes with a new index in one request. What the server says about a transcript, besides its bytes, is never shown.
 */
import { decodeBase64url, newId, sealRecord } from '@sealscribe/crypto';
import type { Transcript } from '@sealscribe/protocol';
import { checkLabels, toDocuments, type Documents } from './documents.js';
import { ConflictError, DamagedVaultError, type IntegrityError } from './errors.js';
import { checkRevision, listHistory, openEarlier } from './history.js';
import { isNotFound, refusal } from './http.js';
import type { AudioSource } from './audio-source.js';
import { checkId } from './private-mode.js';
import type { SealedSound } from './recordings/attach.js';
import { onDemand } from './on-demand.js';
import { SealedCache, type CacheStore } from './search/cache.js';
import type { SearchHit, SearchOptions, VaultSearch } from './search/vault-search.js';
import type { Space } from './space.js';
import { KeysChanged, TranscriptMoved, VaultListing, isOutdated, vanished } from './vault-listing.js';
import { MAX_READS, readAll, readCurrent, toEntries } from './vault-reading.js';
import { readTranscript, toEntry, type OpenRecord } from './vault-records.js';
import type {
  Changes,
  KeptRecording,
  Labels,
  RecordingOptions,
  Saved,
  VaultEntry,
  VaultTranscript,
} from './vault-types.js';
import { VaultWriting } from './vault-writing.js';

/** The transcripts of one space. */
export class Transcripts {
  readonly #space: Space;
  readonly #listing: VaultListing;
  readonly #writing: VaultWriting;
  readonly #cache: CacheStore;
  /** Made with the first search. */
  #search: VaultSearch | undefined;

  constructor(space: Space, cache: CacheStore) {
    this.#space = space;
    this.#listing = new VaultListing(space);
    this.#writing = new VaultWriting(space, this.#listing);
    this.#cache = cache;
  }

  /** Forgets what was opened to be searched. */
  protected forgetOpened(): void {
    this.#search?.clear();
  }

  /**
   * Seals a transcript and stores it, with its recording where there is one: both or neither.
   * @throws TypeError when it is not a transcript; IntegrityError when the server's index is not what it must be; as
   * {@link attachRecording}
   */
  async save(transcript: Transcript, labels: Labels = {}): Promise<Saved> {
    const documents = toDocuments(transcript);
    const id = newId();
    const { recording } = labels;
    if (!recording) return this.#create(id, documents, labels);
    return this.#withSound(id, recording, labels, (sound) => this.#create(id, documents, labels, sound));
  }

  async #create(
    id: string,
    { summary, transcript: body, words }: Documents,
    labels: Labels,
    sound?: SealedSound,
  ): Promise<Saved> {
    const now = this.#now();
    const card = checkLabels({
      title: labels.title ?? null,
      fileName: labels.fileName ?? null,
      tags: labels.tags ?? [],
      ...summary,
      createdAt: now,
      updatedAt: now,
      ...(sound && { recording: sound.card }),
    });
    for (;;) {
      const keys = this.#space.keys();
      const { transcriptKey, wrap } = await keys.createTranscriptKey(id);
      const parts = { transcriptId: id, revision: 1, card, transcript: body, words };
      const sealed = await sealRecord(transcriptKey, parts);
      try {
        return await this.#writing.put(id, sealed, { keys, key: wrap, recording: sound?.sent });
      } catch (failure) {
        if (!(failure instanceof KeysChanged)) throw failure;
      }
    }
  }

  /**
   * Everything there is, newest first. Every card is opened and checked against the index and this device's memory.
   *
   * @param options.onProblem Takes the transcripts that are not in order (one IntegrityError each, with its id), so that the
   * rest can be shown; without it they make the call fail, so that nobody overlooks them.
   * @throws DamagedVaultError with the good entries and the problems; IntegrityError when the index itself is not in order
   */
  async list(
    options: { signal?: AbortSignal; onProblem?: (problem: IntegrityError) => void } = {},
  ): Promise<VaultEntry[]> {
    const { signal, onProblem } = options;
    const { records, problems } = await readAll(this.#space, this.#listing, signal);
    const entries = toEntries(records.values());
    if (problems.size > 0 && !onProblem) throw new DamagedVaultError(entries, [...problems.values()]);
    for (const problem of problems.values()) onProblem?.(problem);
    return entries;
  }

  /**
   * Looks for text in titles and transcripts, newest first, on this device: case and diacritics make no difference. Terms are
   * parted by spaces, a phrase stands in double quotes, and every term must be found.
   *
   * @throws TypeError when there is nothing to look for; DamagedVaultError as {@link list}
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchHit[]> {
    const { VaultSearch } = await onDemand(import('./search/vault-search.js'));
    this.#search ??= new VaultSearch(
      {
        ...{ space: this.#space, listing: this.#listing },
        readAll: (signal) => readAll(this.#space, this.#listing, signal),
        current: (id, signal) => this.#current(id, signal),
      },
      this.#cache,
    );
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
        const transcript = await readTranscript(this.#space, record, { words, lastTry, signal });
        if (transcript) return { ...toEntry(record), transcript };
      } catch (failure) {
        // Deleted in between: then the card is gone too, and the next read says so.
        if (!isNotFound(failure)) throw failure;
        if (lastTry) throw vanished(id);
      }
    }
  }

  #current(id: string, signal?: AbortSignal): Promise<OpenRecord> {
    return readCurrent(this.#space, this.#listing, id, signal);
  }

  /**
   * Changes a transcript or its labels.
   *
   * @param options.revision The revision that the change was made from, as `list` or `open` gave it; the change is refused when
   * another device was faster. Without it, labels are set on whatever is there, and a transcript replaces what is there now.
   * @throws ConflictError with the transcript as it is now
   */
  async update(id: string, changes: Changes, options: { revision?: number } = {}): Promise<Saved> {
    return this.#change(id, changes, options);
  }

  /** With `sound`, the card names another recording, or none any more for null. */
  async #change(
    id: string,
    changes: Changes,
    options: { revision?: number | undefined },
    sound?: SealedSound | null,
  ): Promise<Saved> {
    const given = changes.transcript && toDocuments(changes.transcript);
    for (;;) {
      const record = await this.#current(id);
      const keys = this.#space.keys();
      const { revision } = record.mark;
      if (options.revision !== undefined && options.revision !== revision)
        throw await this.#conflict(id, options.revision);
      const isRenewed = isOutdated((await this.#listing.known()).index[id]);
      const renewed = isRenewed ? await keys.createTranscriptKey(id) : undefined;
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
        ...(sound === undefined ? {} : { recording: sound?.card }),
      });
      const sealed = await sealRecord(renewed?.transcriptKey ?? record.key, {
        transcriptId: id,
        revision: revision + 1,
        card,
        parts: record.parts,
        ...(documents ? { transcript: documents.transcript, words: documents.words } : {}),
      });
      try {
        return await this.#writing.put(id, sealed, {
          ...{ keys, replaces: record.mark, recording: sound && sound.sent },
          ...(renewed && { key: renewed.wrap }),
        });
      } catch (failure) {
        if (failure instanceof KeysChanged) continue;
        if (!(failure instanceof TranscriptMoved)) throw failure;
        if (given || options.revision !== undefined) throw await this.#conflict(id, revision);
      }
    }
  }

  /**
   * Seals the sound of a transcript and keeps it with it, in the place of another that was kept: as a stream where the platform reads
   * one, and under a key of its own that stands in the sealed card.
   *
   * @param options.revision As for {@link update}.
   * @throws ApiError "not_found", "payload_too_large" where the account has no room; SourceError; ConflictError; the signal's reason.
   * Whatever it throws, the transcript and what was kept with it are as they were.
   * @example
   * ```ts
   * await vault.attachRecording(id, { path: 'interview.mp3' }, { onProgress: ({ bytes, total }) => show(bytes, total) });
   * ```
   */
  async attachRecording(
    id: string,
    source: AudioSource,
    options: RecordingOptions & { revision?: number } = {},
  ): Promise<Saved> {
    await this.#current(id, options.signal);
    return this.#withSound(id, source, options, (sound) => this.#change(id, {}, options, sound));
  }

  async #withSound<T>(
    id: string,
    source: AudioSource,
    options: RecordingOptions,
    write: (sound: SealedSound) => Promise<T>,
  ): Promise<T> {
    const { openSound, withSealedSound } = await onDemand(import('./recordings/attach.js'));
    const sound = await openSound(this.#space, source, options.signal);
    return withSealedSound(this.#space, id, sound, options, write);
  }

  /**
   * The sound that is kept with a transcript, or undefined where there is none. Nothing of it is fetched before its `stream` or `blob` is
   * called.
   *
   * @throws ApiError "not_found"; IntegrityError
   */
  async recording(id: string, options: RecordingOptions = {}): Promise<KeptRecording | undefined> {
    const record = await this.#current(id, options.signal);
    const { openKept } = await onDemand(import('./recordings/open-kept.js'));
    return openKept(this.#space, record, options, () => this.#current(id, options.signal));
  }

  /**
   * Deletes the sound that is kept with a transcript, at once and for good; the transcript stays. Where there is none, nothing happens.
   *
   * @param options.revision As for {@link update}.
   * @throws ApiError "not_found"; ConflictError
   */
  async detachRecording(id: string, options: { revision?: number } = {}): Promise<Saved> {
    const { card, mark } = await this.#current(id);
    return card.recording ? this.#change(id, {}, options, null) : { id, revision: mark.revision };
  }

  /** The transcript's revisions that the server still has, the present one first; `openRevision` opens an earlier one. */
  async history(id: string, options: { signal?: AbortSignal } = {}): Promise<VaultEntry[]> {
    return listHistory(this.#space, await this.#current(id, options.signal), options.signal);
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
    return openEarlier(this.#space, present, revision, options.signal);
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
    const { requests, routes } = this.#space;
    await requests.done(routes.deleteRevisions, { id });
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
        await this.#writing.delete(id, entry);
        if (this.#search) await this.#search.forget(id);
        else await new SealedCache(this.#cache, this.#space.id).keepOnly(new Set(), id);
        return;
      } catch (failure) {
        if (failure instanceof KeysChanged) continue;
        if (!(failure instanceof TranscriptMoved)) throw failure;
        if (options.revision !== undefined) throw await this.#conflict(id, options.revision);
      }
    }
  }

  /**
   * Revision of the index and the first 8 hex digits of its hash, such as "17-3fa9c01b": two devices that show the same see the
   * same transcripts. "0" where nothing was ever saved.
   */
  async fingerprint(): Promise<string> {
    const { revision, mark } = await this.#listing.fetch();
    if (!mark) return '0';
    const hash = decodeBase64url(mark.sha256).subarray(0, 4);
    return `${revision}-${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
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
    return new Date(this.#space.requests.platform.now()).toISOString();
  }
}
