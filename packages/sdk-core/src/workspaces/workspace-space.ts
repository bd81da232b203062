/**
 * The transcripts of a workspace as a space: sealed under the workspace's key, asked for under its id. Every answer says which key
 * it is sealed under; where that is another than the one that is known, the rosters are followed first and the question is put again.
 */
import {
  createTranscriptKey,
  openIndex,
  openSearchEntry,
  openTranscriptKey,
  sealIndex,
  sealSearchEntry,
} from '@sealscribe/crypto';
import { KEY_NUMBER_HEADER, workspaceTranscriptRoutes, type Route } from '@sealscribe/protocol';
import { VaultFreshness, type FreshnessStore } from '../freshness.js';
import { badAnswer, checkShape, parseJson, type Http, type RequestOptions } from '../http.js';
import type { Requests, Space, SpaceKeys } from '../space.js';

/** How often a question is put again because the key changes meanwhile. */
const MAX_REFRESHES = 3;

/** The key of a workspace, and its number. */
export interface NumberedKey {
  key: CryptoKey;
  keyNumber: number;
}

/** What the key of a workspace seals and opens. */
export function workspaceKeys(workspaceId: string, { key, keyNumber }: NumberedKey): SpaceKeys {
  const owner = { workspaceId, keyNumber };
  return {
    createTranscriptKey: (transcriptId) => createTranscriptKey(key, { ...owner, transcriptId }),
    openTranscriptKey: (transcriptId, wrap) => openTranscriptKey(key, { ...owner, transcriptId }, wrap),
    sealIndex: (indexRevision, index) => sealIndex(key, { ...owner, indexRevision }, index),
    openIndex: (indexRevision, sealed) => openIndex(key, { ...owner, indexRevision }, sealed),
    sealSearchEntry: (transcriptId, mark, document) =>
      sealSearchEntry(key, { ...owner, transcriptId, mark }, document),
    openSearchEntry: (transcriptId, mark, sealed) =>
      openSearchEntry(key, { ...owner, transcriptId, mark }, sealed),
  };
}

/** Where the key that is in force comes from. */
export interface KeySource {
  /** @throws SealscribeError "locked" */
  current(): NumberedKey;
  /** Follows the rosters to the present one. */
  refresh(): Promise<void>;
}

/** The transcripts of one workspace. */
export function workspaceSpace(http: Http, freshness: FreshnessStore, id: string, source: KeySource): Space {
  let known: { of: NumberedKey; keys: SpaceKeys } | undefined;
  const ask = async (route: Route, options: RequestOptions = {}) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await http.bytes(route, { ...options, workspaceId: id });
      const number = answer.headers.get(KEY_NUMBER_HEADER);
      if (number === null || number === String(source.current().keyNumber)) return answer;
      if (attempt > MAX_REFRESHES) throw badAnswer();
      await source.refresh();
    }
  };
  const requests: Requests = {
    platform: http.platform,
    json: async (route, shape, options) => checkShape(shape, parseJson((await ask(route, options)).bytes)),
    bytes: ask,
    done: (route, options) => http.done(route, { ...options, workspaceId: id }),
  };
  return {
    ...{ id, requests, routes: workspaceTranscriptRoutes },
    freshness: new VaultFreshness(freshness, id),
    startsEmpty: false,
    keys: () => {
      const now = source.current();
      if (known?.of.keyNumber !== now.keyNumber) known = { of: now, keys: workspaceKeys(id, now) };
      return known.keys;
    },
  };
}
