/**
 * A space: transcripts with one index under one key. What reads and writes transcripts works on any space; the account's own
 * vault is the one made here (docs/formats.md, sealed-v1).
 */
import {
  createTranscriptKey,
  openIndex,
  openSearchEntry,
  openTranscriptKey,
  sealIndex,
  sealSearchEntry,
  type Bytes,
  type JsonObject,
  type Mark,
  type VaultIndex,
} from '@sealscribe/crypto';
import { vaultTranscriptRoutes, type TranscriptRoutes } from '@sealscribe/protocol';
import { VaultFreshness, type FreshnessStore } from './freshness.js';
import type { Http } from './http.js';

/** How a space asks its server. */
export type Requests = Pick<Http, 'json' | 'bytes' | 'done' | 'platform'>;

/** What the key of a space seals and opens. */
export interface SpaceKeys {
  createTranscriptKey(transcriptId: string): Promise<{ transcriptKey: CryptoKey; wrap: Bytes }>;
  openTranscriptKey(transcriptId: string, wrap: Uint8Array): Promise<CryptoKey>;
  sealIndex(indexRevision: number, index: VaultIndex): Promise<{ sealed: Bytes; sha256: string }>;
  openIndex(indexRevision: number, sealed: Uint8Array): Promise<{ index: VaultIndex; sha256: string }>;
  sealSearchEntry(transcriptId: string, mark: Mark, document: JsonObject): Promise<Bytes>;
  openSearchEntry(transcriptId: string, mark: Mark, sealed: Uint8Array): Promise<JsonObject>;
}

/** One set of transcripts, as its reader and writer need it. */
export interface Space {
  /** Under which a device keeps its marks and its cache. */
  readonly id: string;
  readonly requests: Requests;
  readonly routes: TranscriptRoutes;
  readonly freshness: VaultFreshness;
  /** Whether there is no index before the first write; else a missing one means that the space cannot be seen any more. */
  readonly startsEmpty: boolean;
  /**
   * What is in force now: the same object until the key changes.
   * @throws SealscribeError "locked"
   */
  keys(): SpaceKeys;
}

/** The vault of an account. `accountKey` throws when the vault is locked. */
export function vaultSpace(
  http: Http,
  freshness: FreshnessStore,
  accountId: string,
  accountKey: () => CryptoKey,
): Space {
  const keys: SpaceKeys = {
    createTranscriptKey: (transcriptId) => createTranscriptKey(accountKey(), { accountId, transcriptId }),
    openTranscriptKey: (transcriptId, wrap) =>
      openTranscriptKey(accountKey(), { accountId, transcriptId }, wrap),
    sealIndex: (indexRevision, index) => sealIndex(accountKey(), { accountId, indexRevision }, index),
    openIndex: (indexRevision, sealed) => openIndex(accountKey(), { accountId, indexRevision }, sealed),
    sealSearchEntry: (transcriptId, mark, document) =>
      sealSearchEntry(accountKey(), { accountId, transcriptId, mark }, document),
    openSearchEntry: (transcriptId, mark, sealed) =>
      openSearchEntry(accountKey(), { accountId, transcriptId, mark }, sealed),
  };
  return {
    id: accountId,
    requests: http,
    routes: vaultTranscriptRoutes,
    freshness: new VaultFreshness(freshness, accountId),
    startsEmpty: true,
    keys: () => {
      accountKey();
      return keys;
    },
  };
}
