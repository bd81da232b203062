/**
 * Writes the next epoch of a workspace: a new roster, the key delivered to each of its members, the sealed name, and, where the key is
 * another, the key of every transcript and the index sealed anew. Every write starts from a roster that was verified.
 */
import {
  decodeBase64url,
  encodeBase64url,
  importWorkspaceKey,
  newWorkspaceKeyBytes,
  sealWorkspaceCard,
  type Mark,
} from '@sealscribe/crypto';
import {
  INDEX_MATCH_HEADER,
  epochWrittenSchema,
  routes,
  type StoredRoster,
  type WriteEpochRequest,
} from '@sealscribe/protocol';
import { RosterFreshness } from '../freshness.js';
import { badAnswer, refusal } from '../http.js';
import { rewrapTranscripts, toRekeyed } from '../rekey.js';
import type { Space } from '../space.js';
import { VaultListing } from '../vault-listing.js';
import { openRoster, type OpenRoster, type RosterEntry } from './follow-rosters.js';
import { deliverKey } from './key-delivery.js';
import { sealAcceptance, type Reader, type WorkspaceCard } from './reading.js';
import { workspaceKeys, workspaceSpace, type NumberedKey } from './workspace-space.js';

/** What the next epoch is to be. */
export interface NextEpoch {
  members: readonly RosterEntry[];
  card: WorkspaceCard;
}

/** What it follows: the roster in force, with its key. */
export interface PresentEpoch {
  roster: OpenRoster;
  key: CryptoKey;
  keyBytes: Uint8Array;
}

/** A workspace's key after a write. */
export interface WrittenEpoch extends NumberedKey {
  roster: OpenRoster;
}

/**
 * Makes a workspace.
 * @throws ApiError "payload_too_large" for too many
 */
export function createEpoch(reader: Reader, id: string, next: NextEpoch): Promise<WrittenEpoch> {
  return write(reader, id, next, undefined, true);
}

/**
 * Puts another roster in the place of the present one; with another key where somebody is taken out.
 * @throws ApiError "revision_conflict" when somebody was faster, "forbidden"
 */
export function replaceEpoch(
  reader: Reader,
  id: string,
  next: NextEpoch,
  present: PresentEpoch,
): Promise<WrittenEpoch> {
  const stay = new Set(next.members.map(({ accountId }) => accountId));
  const isRekeyed = [...present.roster.members.keys()].some((accountId) => !stay.has(accountId));
  return write(reader, id, next, present, isRekeyed);
}

async function write(
  reader: Reader,
  id: string,
  next: NextEpoch,
  present: PresentEpoch | undefined,
  isRekeyed: boolean,
): Promise<WrittenEpoch> {
  const before = present?.roster;
  const stored: StoredRoster = {
    epoch: (before?.mark.revision ?? 0) + 1,
    keyNumber: (before?.keyNumber ?? 0) + (isRekeyed ? 1 : 0),
    previous: before?.mark.sha256 ?? null,
    members: next.members.map(({ accountId, role, publicKey }) => ({
      ...{ accountId, role },
      publicKey: encodeBase64url(publicKey),
    })),
  };
  const roster = await openRoster(id, stored);
  const keyBytes = isRekeyed || !present ? newWorkspaceKeyBytes() : present.keyBytes.slice();
  try {
    const key = { key: await importWorkspaceKey(keyBytes), keyNumber: stored.keyNumber };
    const at = { workspaceId: id, epoch: stored.epoch };
    const rekeyed = isRekeyed ? await rekey(reader, id, present, key) : undefined;
    const json: WriteEpochRequest = {
      roster: stored,
      deliveries: await deliveries(reader, id, roster, keyBytes),
      card: encodeBase64url(await sealWorkspaceCard(key.key, at, { ...next.card })),
      membership: await sealAcceptance(reader.account, id, roster.mark),
      ...(rekeyed && { rekeyed: rekeyed.sealed }),
    };
    const answer = await reader.http.json(routes.putWorkspace, epochWrittenSchema, {
      ...{ workspaceId: id, json },
      headers: {
        ...(present ? { 'if-match': `"${stored.epoch - 1}"` } : { 'if-none-match': '*' }),
        ...(rekeyed && { [INDEX_MATCH_HEADER]: `"${rekeyed.replaces}"` }),
      },
      repeatable: false,
    });
    if (answer.epoch !== stored.epoch) throw badAnswer();
    await new RosterFreshness(reader.freshness, reader.account.accountId, id).see(roster.mark);
    if (rekeyed) await spaceOf(reader, id, key).freshness.seeIndex(rekeyed.mark);
    return { roster, ...key };
  } finally {
    keyBytes.fill(0);
  }
}

async function deliveries(reader: Reader, id: string, roster: OpenRoster, keyBytes: Uint8Array) {
  const { identity } = reader;
  const made: Record<string, string> = {};
  for (const { accountId, publicKey } of roster.members.values()) {
    const details = {
      ...{ workspaceId: id, epoch: roster.mark.revision, keyNumber: roster.keyNumber },
      ...{ sender: identity.accountId, recipient: accountId },
      rosterHash: decodeBase64url(roster.mark.sha256),
    };
    made[accountId] = encodeBase64url(await deliverKey(identity.keyPair, publicKey, details, keyBytes));
  }
  return made;
}

/** Everything that the old key seals, under the new one; every transcript gets another key of its own with its next change. */
async function rekey(
  reader: Reader,
  id: string,
  present: PresentEpoch | undefined,
  next: NumberedKey,
): Promise<{ sealed: NonNullable<WriteEpochRequest['rekeyed']>; replaces: number; mark: Mark }> {
  let transcriptKeys: Record<string, string> = {};
  let index = {};
  let replaces = 0;
  if (present) {
    const before = { key: present.key, keyNumber: present.roster.keyNumber };
    const space = spaceOf(reader, id, before);
    const state = await new VaultListing(space).fetch();
    index = toRekeyed(state.index);
    replaces = state.revision;
    const [from, to] = [
      { workspaceId: id, ...before },
      { workspaceId: id, ...next },
    ];
    transcriptKeys = await rewrapTranscripts(space, state.index, from, to);
  }
  const revision = replaces + 1;
  const { sealed, sha256 } = await workspaceKeys(id, next).sealIndex(revision, index);
  return {
    sealed: { transcriptKeys, index: encodeBase64url(sealed) },
    ...{ replaces, mark: { revision, sha256 } },
  };
}

/** The transcripts under this very key: another one in force means that somebody was faster. */
const spaceOf = ({ http, freshness }: Reader, id: string, key: NumberedKey): Space =>
  workspaceSpace(http, freshness, id, {
    current: () => key,
    refresh: () => Promise.reject(refusal(409, 'revision_conflict', undefined)),
  });
