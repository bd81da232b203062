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
import { onDemand } from './on-demand.js';
import { Transcripts } from './transcripts.js';
import type { KeySource, NumberedKey } from './workspaces/workspace-space.js';

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

/** The calls of {@link Transcripts} that take long. */
export type ThreadCalls = Pick<Transcripts, 'save' | 'open' | 'update' | 'search'>;

/** The vault in another thread. */
export interface VaultThread extends ThreadCalls {
  /** The same for a workspace, whose key is verified on this side: the thread is given what is in force, and asks when it changes. */
  workspace(id: string, source: KeySource): ThreadCalls;
  /** Forgets a workspace's key, and what was opened of it. */
  closeWorkspace(id: string): void;
  /** Ends it at once, with everything that it holds; what still runs fails with SealscribeError "locked". */
  end(): void;
}

/** What a thread asks of the client that it works for. */
export interface ThreadHome {
  signedIn(): SignedIn;
  /** To be called when the thread uses the key: the time after which it is let go of starts anew. */
  used(): void;
  readonly freshness: FreshnessStore;
  readonly cache: CacheStore;
}

/**
 * Opens a thread for a vault.
 * @throws SealscribeError "worker_failed" from its calls when it cannot be started
 */
export type OpenThread = (account: ThreadAccount, home: ThreadHome) => VaultThread;

/** A use of the key is told at most so often, in milliseconds. */
const TELL_MS = 250;

/** The vault that does the work, on the side of the thread. */
export interface WorkingVault {
  readonly transcripts: Transcripts;
  /** The transcripts of a workspace. `given` is the key as the client has it now; `refresh` asks the client for the one in force. */
  workspace(id: string, given: NumberedKey, refresh: () => Promise<NumberedKey>): Promise<Transcripts>;
  closeWorkspace(id: string): void;
  signIn(who: SignedIn): void;
}

/**
 * The side of the thread: the vault that does the work. `signIn` is to be called before each piece of it; `used` is called when it uses
 * the key, so that a piece that takes long is not taken for nobody's use.
 */
export function openTranscripts(
  { server, limits, accountId, accountKey }: ThreadAccount,
  platform: Platform,
  {
    freshness,
    cache = new MemoryCache(),
    used,
  }: { freshness: FreshnessStore; cache: CacheStore | undefined; used: () => void },
): WorkingVault {
  const http = new Http(server, platform, limits);
  let told = -Infinity;
  const useKey = () => {
    const now = platform.now();
    // A clock that was set back tells too.
    if (Math.abs(now - told) >= TELL_MS) {
      told = now;
      used();
    }
    return accountKey;
  };
  const workspaces = new Map<string, { key: NumberedKey; transcripts: Transcripts }>();
  return {
    transcripts: new Transcripts(vaultSpace(http, freshness, accountId, useKey), cache),
    workspace: async (id, given, refresh) => {
      const { workspaceSpace } = await onDemand(import('./workspaces/workspace-space.js'));
      const known = workspaces.get(id);
      if (known) {
        if (given.keyNumber > known.key.keyNumber) known.key = given;
        return known.transcripts;
      }
      const source: KeySource = {
        current: () => {
          useKey();
          return made.key;
        },
        refresh: async () => void (made.key = await refresh()),
      };
      const transcripts = new Transcripts(workspaceSpace(http, freshness, id, source), cache);
      const made = { key: given, transcripts };
      workspaces.set(id, made);
      return transcripts;
    },
    closeWorkspace: (id) => void workspaces.delete(id),
    signIn: ({ session, apiKey }) => {
      http.session = session;
      http.apiKey = apiKey;
    },
  };
}
