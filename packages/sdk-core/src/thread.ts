/**
 * A vault's heavy work in another thread: sealing, opening and searching, with everything that is checked on the way. The thread has the
 * account key and the sign-in of the client, asks the server itself, and keeps what it opened until it is ended.
 */
import type { Session } from '@sealscribe/protocol';
import type { FreshnessStore } from './freshness.js';
import { Http, type HttpLimits } from './http.js';
import type { Platform } from './platform.js';
import { MemoryCache, type CacheStore } from './search/cache.js';
import { vaultSpace } from './space.js';
import { Transcripts } from './transcripts.js';

/** Who is signed in. */
export interface SignedIn {
  session: Session | undefined;
  apiKey: string | undefined;
}

/** What a thread is started with. */
export interface ThreadAccount {
  readonly server: string;
  readonly limits: HttpLimits;
  readonly accountId: string;
  readonly accountKey: CryptoKey;
}

/** The vault in another thread: the calls of {@link Transcripts} that take long. */
export interface VaultThread extends Pick<Transcripts, 'save' | 'open' | 'update' | 'search'> {
  /** Ends it at once, with everything that it holds; what still runs fails with SealscribeError "locked". */
  end(): void;
}

/** What a thread asks of the client that it works for. */
export interface ThreadHome {
  signedIn(): SignedIn;
  readonly freshness: FreshnessStore;
  readonly cache: CacheStore;
}

/**
 * Opens a thread for a vault.
 * @throws SealscribeError "worker_failed" from its calls when it cannot be started
 */
export type OpenThread = (account: ThreadAccount, home: ThreadHome) => VaultThread;

/** The side of the thread: the vault that does the work. `signIn` is to be called before each piece of it. */
export function openTranscripts(
  { server, limits, accountId, accountKey }: ThreadAccount,
  platform: Platform,
  { freshness, cache = new MemoryCache() }: { freshness: FreshnessStore; cache: CacheStore | undefined },
): { transcripts: Transcripts; signIn(who: SignedIn): void } {
  const http = new Http(server, platform, limits);
  return {
    transcripts: new Transcripts(
      vaultSpace(http, freshness, accountId, () => accountKey),
      cache,
    ),
    signIn: ({ session, apiKey }) => {
      http.session = session;
      http.apiKey = apiKey;
    },
  };
}
