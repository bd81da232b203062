/**
 * From the roster that an account accepted last to the present one (docs/formats.md, workspace-v1). Each step must be made by an
 * owner of the roster before, name that roster's hash, and bring a delivery of the key that only this owner can have made: so
 * nobody but the owners decides who is in a workspace. Where nothing was accepted yet, a person has confirmed the owner.
 */
import { decodeBase64url, encodeBase64url, rosterHash, type Mark } from '@sealscribe/crypto';
import type { Role, StoredRoster, StoredWorkspace } from '@sealscribe/protocol';
import { IntegrityError } from '../errors.js';
import { badAnswer } from '../http.js';
import { verified } from '../integrity.js';
import { formatFingerprint } from './fingerprint.js';
import { publicIdentity, type OpenIdentity, type PublicIdentity } from './identity.js';
import { openDelivery } from './key-delivery.js';

/** Somebody in a roster. */
export interface RosterEntry extends PublicIdentity {
  role: Role;
}

/** A roster whose public keys have the fingerprints that its hash is made of. */
export interface OpenRoster {
  keyNumber: number;
  /** Epoch and hash. */
  mark: Mark;
  previous: string | null;
  members: Map<string, RosterEntry>;
}

/** The present roster, and the key of the workspace: 32 bytes, to be overwritten after use. */
export interface Followed {
  roster: OpenRoster;
  keyBytes: Uint8Array;
}

/** What the way starts from: what was accepted, or the fingerprint of an owner that a person confirmed. */
export type Start = { accepted: Mark } | { ownerFingerprint: string };

/**
 * Follows the rosters to the present one.
 *
 * @throws IntegrityError "rollback" for an older roster than was accepted, "fork" for another, "wrong_fingerprint" for an owner whom
 * nobody confirmed, "untrusted_sender" for a roster by somebody who is no owner, "authentication_failed" for a key that this owner
 * did not send
 */
export async function followRosters(
  identity: OpenIdentity,
  { id, epochs }: StoredWorkspace,
  start: Start,
): Promise<Followed> {
  let before: Followed | undefined;
  for (const { roster: stored, sender, delivery } of epochs) {
    const roster = await openRoster(id, stored);
    if ('accepted' in start && roster.mark.revision < start.accepted.revision) continue;
    if (before) checkStep(before.roster, roster);
    else checkStart(roster, sender, start);
    // Whoever is an owner only by its own roster is none.
    const owner = (before?.roster ?? roster).members.get(sender);
    if (owner?.role !== 'owner')
      throw new IntegrityError(
        'untrusted_sender',
        "The workspace's key comes from somebody who was not one of its owners.",
      );
    const { mark, keyNumber } = roster;
    const details = {
      ...{ workspaceId: id, epoch: mark.revision, keyNumber, sender, recipient: identity.accountId },
      rosterHash: decodeBase64url(mark.sha256),
    };
    const sealed = decodeBase64url(delivery);
    const keyBytes = await openDelivery(identity.keyPair, owner.publicKey, details, sealed);
    before?.keyBytes.fill(0);
    before = { roster, keyBytes };
  }
  if (!before) throw new IntegrityError('rollback', 'The server gave an older roster than was accepted.');
  const self = before.roster.members.get(identity.accountId);
  if (!self || !isEqual(self.fingerprint, identity.fingerprint))
    throw new IntegrityError('wrong_fingerprint', 'The roster lists another key than that of this account.');
  return before;
}

function checkStart(roster: OpenRoster, sender: string, start: Start): void {
  if ('accepted' in start) {
    const { revision, sha256 } = start.accepted;
    if (roster.mark.revision !== revision || roster.mark.sha256 !== sha256)
      throw new IntegrityError('fork', 'The server gave another roster than the one that was accepted.');
    return;
  }
  const owner = roster.members.get(sender);
  if (!owner || formatFingerprint(owner.fingerprint) !== start.ownerFingerprint)
    throw new IntegrityError(
      'wrong_fingerprint',
      'The workspace is not from the owner whose fingerprint was confirmed. Compare it again, by another way.',
    );
}

function checkStep(before: OpenRoster, after: OpenRoster): void {
  if (after.mark.revision !== before.mark.revision + 1 || after.previous !== before.mark.sha256)
    throw new IntegrityError('fork', 'A roster does not follow from the one before it.');
  const isGone = [...before.members.keys()].some((id) => !after.members.has(id));
  const step = after.keyNumber - before.keyNumber;
  if (step !== 1 && (step !== 0 || isGone))
    throw new IntegrityError('invalid_document', 'A roster takes somebody out and keeps the old key.');
}

/** A roster with its hash, from public keys alone. */
export async function openRoster(workspaceId: string, stored: StoredRoster): Promise<OpenRoster> {
  const { epoch, keyNumber, previous } = stored;
  const members = new Map<string, RosterEntry>();
  for (const { role, ...known } of stored.members) {
    if (members.has(known.accountId)) throw badAnswer();
    members.set(known.accountId, { ...(await publicIdentity(known)), role });
  }
  const hash = await verified(() =>
    rosterHash({
      ...{ workspaceId, epoch, keyNumber, members: [...members.values()] },
      previous: previous === null ? new Uint8Array() : decodeBase64url(previous),
    }),
  );
  return { keyNumber, previous, members, mark: { revision: epoch, sha256: encodeBase64url(hash) } };
}

const isEqual = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
