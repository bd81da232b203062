/**
 * The index of a space as this client knows it (docs/formats.md, sealed-v1): fetched, opened, compared with what the device
 * remembers, and replaced with every write. Where another device wrote first, it is fetched again and the write repeated.
 */
import { checkFreshness, checkListed, type IndexEntry, type Mark, type VaultIndex } from '@sealscribe/crypto';
import { INDEX_MATCH_HEADER } from '@sealscribe/protocol';
import { ApiError, IntegrityError } from './errors.js';
import { badAnswer, isNotFound } from './http.js';
import { verified } from './integrity.js';
import type { Space, SpaceKeys } from './space.js';

/** How often a write is repeated because other devices keep writing. */
const MAX_WRITES = 10;

/** The index at one revision. */
export interface IndexState {
  /** 0 where nothing was ever written. */
  revision: number;
  index: VaultIndex;
  mark: Mark | undefined;
}

/** Thrown by a write when the transcript is not what the write was made from; transcripts.ts turns it into a ConflictError. */
export class TranscriptMoved extends Error {}

/** Thrown by a write that was sealed under a key which is to be used no longer; it is to be made anew. */
export class KeysChanged extends Error {}

/** A write of one transcript, to be sent with the index. */
export interface Write {
  id: string;
  /** What it was sealed with. */
  keys: SpaceKeys;
  /** The transcript's entry that the write replaces; undefined for a new one. */
  replaces: Mark | undefined;
  /** Whether it brings another key for the transcript. */
  isRenewed: boolean;
  /** The entry after the write. */
  becomes: IndexEntry;
  /** Sends it; gives the revision of the index that the server answers. */
  send: (headers: Record<string, string>, sealedIndex: Uint8Array) => Promise<number>;
}

/** Keeps the index of one space. */
export class VaultListing {
  #state: (IndexState & { keys: SpaceKeys }) | undefined;

  constructor(private readonly space: Space) {}

  /** The index as last seen; fetched where it never was, or where the space has another key since. */
  async known(): Promise<IndexState> {
    return this.#state?.keys === this.space.keys() ? this.#state : this.fetch();
  }

  /**
   * The index as the server has it now.
   * @throws IntegrityError "rollback", "fork", "authentication_failed", "malformed" or "invalid_document"
   */
  async fetch(signal?: AbortSignal): Promise<IndexState> {
    const { freshness } = this.space;
    this.space.keys();
    const found = await this.#get(signal);
    if (!found) {
      await freshness.seeIndex(undefined);
      this.#state = { revision: 0, index: {}, mark: undefined, keys: this.space.keys() };
      return this.#state;
    }
    const { revision, sealed } = found;
    const keys = this.space.keys();
    const { index, sha256 } = await verified(() => keys.openIndex(revision, sealed));
    const mark = { revision, sha256 };
    await freshness.seeIndex(mark);
    this.#state = { revision, index, mark, keys };
    return this.#state;
  }

  async #get(signal?: AbortSignal): Promise<{ revision: number; sealed: Uint8Array } | undefined> {
    try {
      const headers = { accept: 'application/octet-stream' };
      const { requests, routes } = this.space;
      const answer = await requests.bytes(routes.index, { headers, signal });
      const revision = /^"(\d{1,15})"$/.exec(answer.headers.get('etag') ?? '')?.[1];
      if (revision === undefined || Number(revision) < 1) throw badAnswer();
      return { revision: Number(revision), sealed: answer.bytes };
    } catch (failure) {
      if (isNotFound(failure) && this.space.startsEmpty) return undefined;
      throw failure;
    }
  }

  /**
   * Sends a write together with the index that lists it.
   * @throws TranscriptMoved when the transcript itself was changed or deleted meanwhile; KeysChanged; IntegrityError as
   * {@link fetch}
   */
  async write({ id, keys, isRenewed, replaces, becomes, send }: Write): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const state = await this.known();
      const isOld = isOutdated(state.index[id]) && !isRenewed && !('deleted' in becomes);
      if (keys !== this.space.keys() || isOld) throw new KeysChanged();
      if (!same(state.index[id], replaces)) {
        // The index that is known may be older than the card that was just read.
        if (!same((await this.fetch()).index[id], replaces)) throw new TranscriptMoved();
        continue;
      }
      const revision = state.revision + 1;
      const index = { ...state.index, [id]: becomes };
      const { sealed, sha256 } = await keys.sealIndex(revision, index);
      // Not known until the server has answered: a broken connection leaves both possible.
      this.#state = undefined;
      try {
        const written = await send({ [INDEX_MATCH_HEADER]: `"${state.revision}"` }, sealed);
        if (written !== revision) throw badAnswer();
        this.#state = { revision, index, mark: { revision, sha256 }, keys };
        await this.#remember(id, becomes, { revision, sha256 });
        return;
      } catch (failure) {
        if (!(failure instanceof ApiError && (failure.status === 409 || failure.status === 404)))
          throw failure;
        const now = await this.fetch();
        if (same(now.index[id], becomes) && now.mark) {
          // It had arrived; only the first answer got lost.
          await this.#remember(id, becomes, now.mark);
          return;
        }
        if (!same(now.index[id], replaces)) throw new TranscriptMoved();
        if (failure.status === 404) throw vanished(id);
        if (attempt >= MAX_WRITES) throw failure;
        const { platform } = this.space.requests;
        await platform.sleep(platform.random() * 50 * attempt);
      }
    }
  }

  async #remember(id: string, entry: IndexEntry, index: Mark): Promise<void> {
    await this.space.freshness.wrote(index, id, 'deleted' in entry ? undefined : entry);
  }
}

/**
 * Checks that a card is the one that the index lists. An older one is called a rollback, another one of the same revision a fork.
 * @throws CryptoError "rollback", "fork" or "unlisted"
 */
export function checkAgainst({ index }: IndexState, id: string, seen: Mark): void {
  const entry = Object.hasOwn(index, id) ? index[id] : undefined;
  if (entry && !('deleted' in entry)) checkFreshness(entry, seen);
  checkListed(index, id, seen);
}

/** Whether the key of a transcript is older than that of its space. */
export const isOutdated = (entry: IndexEntry | undefined): boolean =>
  entry !== undefined && !('deleted' in entry) && entry.rekey === true;

/** The error for a transcript that the index lists and the server does not have. */
export const vanished = (id: string) =>
  new IntegrityError('vanished', 'The index lists a transcript that the server does not give.', { id });

function same(a: IndexEntry | undefined, b: IndexEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ('deleted' in a || 'deleted' in b) return 'deleted' in a && 'deleted' in b;
  return a.revision === b.revision && a.sha256 === b.sha256;
}
