/**
 * The vault: an account's own transcripts, sealed under a key that only the account's password opens (docs/formats.md, sealed-v1).
 */
import { routes, type Transcript } from '@sealscribe/protocol';
import type { OpenAccount } from './account.js';
import type { FreshnessStore } from './freshness.js';
import type { Http } from './http.js';
import { HeldKey } from './idle-lock.js';
import { checkId } from './private-mode.js';
import { MemoryCache, type CacheStore } from './search/cache.js';
import { toSnapshot } from './shares/snapshot.js';
import {
  checkShareOptions,
  createShare,
  listShares,
  type Share,
  type ShareOptions,
} from './shares/vault-shares.js';
import { vaultSpace } from './space.js';
import type { SearchHit, SearchOptions } from './search/vault-search.js';
import type { OpenThread, VaultThread } from './thread.js';
import { Transcripts } from './transcripts.js';
import type { Changes, Labels, Saved, VaultTranscript } from './vault-types.js';
import { onDemand } from './on-demand.js';
import { loadWorkspaces } from './workspaces/load-workspaces.js';
import type { Workspaces } from './workspaces/workspaces.js';

/** An unlocked vault. */
export class Vault extends Transcripts {
  readonly accountId: string;
  readonly #http: Http;
  readonly #key: HeldKey;
  readonly #startThread: () => VaultThread | undefined;
  #thread: VaultThread | undefined;
  /** Transcripts together with others. */
  readonly workspaces: Workspaces;

  constructor(
    http: Http,
    freshness: FreshnessStore,
    { accountId, accountKey }: OpenAccount,
    {
      cache = new MemoryCache(),
      lockAfter,
      openThread,
    }: {
      cache?: CacheStore;
      lockAfter?: number | undefined;
      openThread?: OpenThread | undefined;
    } = {},
  ) {
    const key = new HeldKey(accountKey, {
      lockAfter,
      now: () => http.platform.now(),
      onLock: () => {
        this.forgetOpened();
        this.workspaces.lock();
        this.#thread?.end();
      },
    });
    super(
      vaultSpace(http, freshness, accountId, () => key.use()),
      cache,
    );
    this.accountId = accountId;
    this.#http = http;
    this.#key = key;
    this.#startThread = () => {
      const { server, limits } = http;
      const signedIn = () => ({ session: http.session, apiKey: http.apiKey });
      const account = { server, limits, accountId, accountKey: key.use() };
      return openThread?.(account, { signedIn, freshness, cache });
    };
    const account = { accountId, accountKey: () => key.use() };
    this.workspaces = loadWorkspaces(async () => {
      const { Workspaces } = await onDemand(import('./workspaces/workspaces.js'));
      return new Workspaces(http, freshness, cache, { account, own: this });
    });
  }

  /** The thread, where there is one: started with the first call that needs it. @throws SealscribeError "locked" */
  #inThread(): VaultThread | undefined {
    this.#key.use();
    return (this.#thread ??= this.#startThread());
  }

  override async save(transcript: Transcript, labels: Labels = {}): Promise<Saved> {
    return this.#inThread()?.save(transcript, labels) ?? super.save(transcript, labels);
  }

  override async open(
    id: string,
    options: { words?: boolean; signal?: AbortSignal } = {},
  ): Promise<VaultTranscript> {
    return this.#inThread()?.open(id, options) ?? super.open(id, options);
  }

  override async update(id: string, changes: Changes, options: { revision?: number } = {}): Promise<Saved> {
    return this.#inThread()?.update(id, changes, options) ?? super.update(id, changes, options);
  }

  override async search(query: string, options: SearchOptions = {}): Promise<SearchHit[]> {
    return this.#inThread()?.search(query, options) ?? super.search(query, options);
  }

  /** Forgets the key; every later call throws SealscribeError "locked". With `lockAfter` it happens by itself. */
  lock(): void {
    this.#key.lock();
  }

  /**
   * Makes a link to a transcript as it is now, for people without an account: `openShare` or a browser opens it. The key stands
   * behind the link's `#` and reaches no server. Whoever has the link (and the password, where there is one) can read.
   *
   * @throws RangeError or TypeError naming the option that is wrong, or when nothing was said in the range; ApiError "not_found"
   * @example
   * ```ts
   * const { link } = await vault.share(id, { password: 'told by telephone', expires: '7d', range: [60, 90] });
   * ```
   */
  async share(id: string, options: ShareOptions = {}): Promise<Share> {
    checkShareOptions(options);
    const words = options.wordTimes !== false || options.range !== undefined;
    const document = toSnapshot(await this.open(id, { words }), options);
    return createShare(this.#http, this.#key.use(), id, document, options);
  }

  /**
   * The links of this vault that are still good, oldest first.
   * @throws IntegrityError when the server shows one that was not made here
   */
  async shares(): Promise<Share[]> {
    return listShares(this.#http, this.#key.use());
  }

  /**
   * Takes a link back; what somebody has read already, they have.
   * @param shareId The link's id, not the transcript's.
   * @throws ApiError "not_found" when it has ended already
   */
  async unshare(shareId: string): Promise<void> {
    checkId(shareId);
    this.#key.use();
    await this.#http.done(routes.deleteShare, { id: shareId });
  }
}
