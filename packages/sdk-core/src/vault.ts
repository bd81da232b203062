/**
 * The vault: an account's own transcripts, sealed under a key that only the account's password opens (docs/formats.md, sealed-v1).
 */
import { routes } from '@sealscribe/protocol';
import type { OpenAccount } from './account.js';
import type { FreshnessStore } from './freshness.js';
import type { Http } from './http.js';
import { HeldKey } from './idle-lock.js';
import { onDemand } from './on-demand.js';
import { checkId } from './private-mode.js';
import { MemoryCache, type CacheStore } from './search/cache.js';
import type { Share, ShareOptions } from './shares/vault-shares.js';
import { vaultSpace } from './space.js';
import type { OpenThread, VaultThread } from './thread.js';
import { ThreadedTranscripts } from './threaded-transcripts.js';
import { loadWorkspaces } from './workspaces/load-workspaces.js';
import type { Workspaces } from './workspaces/workspaces.js';

/** An unlocked vault. */
export class Vault extends ThreadedTranscripts {
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
      return openThread?.(account, { signedIn, used: () => key.touch(), freshness, cache });
    };
    const account = { accountId, accountKey: () => key.use() };
    this.workspaces = loadWorkspaces(async () => {
      const { Workspaces } = await onDemand(import('./workspaces/workspaces.js'));
      return new Workspaces(http, freshness, cache, { account, own: this, thread: () => this.thread() });
    });
  }

  /** Started with the first call that needs it. */
  protected override thread(): VaultThread | undefined {
    this.#key.use();
    return (this.#thread ??= this.#startThread());
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
    const { checkShareOptions, createShare, toSnapshot } = await loadShares();
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
    return (await loadShares()).listShares(this.#http, this.#key.use());
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

/** Making links, which most pages never do. */
const loadShares = () => onDemand(import('./shares/vault-shares.js'));
