/**
 * The index of a vault, and freshness (docs/formats.md, section 3). Encryption alone does not stop a server from giving an
 * old revision, hiding a transcript or showing two versions of one revision. The index lists every transcript with revision
 * and hash; a device remembers the highest revision it has seen with its hash. These functions find the difference.
 *
 * Limit: a device that has seen nothing cannot tell a consistent old state from the present one.
 */
import { contexts, idBytes, isId, type KeyOwner } from './bind.js';
import { type Bytes } from './bytes.js';
import { open, seal } from './cobblestone.js';
import { CryptoError } from './errors.js';
import { isObject, padDocument, parseDocument } from './padding.js';
import { checkRevision, isRef, sha256 } from './sealed.js';

/** What a device remembers of a sealed thing: the highest revision seen, and its SHA-256 in base64url. */
export interface Mark {
  revision: number;
  sha256: string;
}

/**
 * What the index says of a transcript: the mark of its card, or that it was deleted. With `rekey` its key was made before the
 * account key was rotated: the next write makes a new one.
 */
export type IndexEntry = (Mark & { rekey?: true }) | { deleted: true };

/** Every transcript of a vault by id; deleted ones keep only the id. */
export type VaultIndex = Record<string, IndexEntry>;

function isEntry(value: unknown): value is IndexEntry {
  if (!isObject(value)) return false;
  const { rekey, ...mark } = value;
  if (isRef(mark)) return rekey === undefined || rekey === true;
  return value['deleted'] === true && Object.keys(value).length === 1;
}

/**
 * Seals the index at its new revision.
 *
 * @returns The sealed bytes and their SHA-256, for the device's memory.
 * @throws TypeError when an entry is neither a mark nor a tombstone.
 */
export async function sealIndex(
  ownerKey: CryptoKey,
  { indexRevision, ...owner }: KeyOwner & { indexRevision: number },
  index: VaultIndex,
): Promise<{ sealed: Bytes; sha256: string }> {
  checkRevision(indexRevision, 'indexRevision');
  for (const [id, entry] of Object.entries(index)) {
    idBytes(id, 'id in index');
    if (!isEntry(entry)) throw new TypeError('an entry of index must be a mark or a tombstone');
  }
  const sealed = await seal(ownerKey, contexts.index(owner, indexRevision), padDocument(index));
  return { sealed, sha256: await sha256(sealed) };
}

/**
 * Opens the index at the revision that the server names for it.
 *
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openIndex(
  ownerKey: CryptoKey,
  { indexRevision, ...owner }: KeyOwner & { indexRevision: number },
  sealed: Uint8Array,
): Promise<{ index: VaultIndex; sha256: string }> {
  checkRevision(indexRevision, 'indexRevision');
  const document = parseDocument(await open(ownerKey, contexts.index(owner, indexRevision), sealed));
  const index: VaultIndex = {};
  for (const [id, entry] of Object.entries(document)) {
    if (!isId(id)) throw new CryptoError('invalid_document');
    if (!isEntry(entry)) throw new CryptoError('invalid_document');
    index[id] = entry;
  }
  return { index, sha256: await sha256(sealed) };
}

/**
 * Compares what was seen with what the device remembers of the same thing.
 *
 * @throws CryptoError `rollback` for a lower revision, `fork` for the same revision with another hash.
 */
export function checkFreshness(remembered: Mark | undefined, seen: Mark): void {
  if (!remembered || seen.revision > remembered.revision) return;
  if (seen.revision < remembered.revision) throw new CryptoError('rollback');
  if (seen.sha256 !== remembered.sha256) throw new CryptoError('fork');
}

/**
 * Checks that a transcript is the one that the index lists.
 *
 * @throws CryptoError `unlisted` when it is absent, deleted, or listed with another revision or hash.
 */
export function checkListed(index: VaultIndex, transcriptId: string, seen: Mark): void {
  const entry = Object.hasOwn(index, transcriptId) ? index[transcriptId] : undefined;
  if (!entry || 'deleted' in entry || entry.revision !== seen.revision || entry.sha256 !== seen.sha256) {
    throw new CryptoError('unlisted');
  }
}

/** Ids that the index lists and that the server did not give: they have vanished. */
export function findVanished(index: VaultIndex, presentIds: Iterable<string>): string[] {
  const present = new Set(presentIds);
  return Object.keys(index).filter((id) => !('deleted' in index[id]!) && !present.has(id));
}
