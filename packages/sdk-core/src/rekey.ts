/**
 * Another key for a space, an account's or a workspace's: what the old one seals, under the new one. No transcript is opened; each
 * gets a key of its own with its next change, which the index says.
 */
import {
  decodeBase64url,
  encodeBase64url,
  findVanished,
  rewrapTranscriptKey,
  type OwnerKey,
  type VaultIndex,
} from '@sealscribe/crypto';
import { verified } from './integrity.js';
import type { Space } from './space.js';
import { vanished } from './vault-listing.js';
import { listSealed } from './vault-records.js';

/** The index, saying of every transcript that its next change makes a new key. */
export function toRekeyed(index: VaultIndex): VaultIndex {
  const entries = Object.entries(index).map(([id, entry]) => [
    id,
    'deleted' in entry ? entry : { ...entry, rekey: true },
  ]);
  return Object.fromEntries(entries) as VaultIndex;
}

/**
 * The key of every transcript that the server has, under the new key of the space: base64url, by id. One that the server kept back
 * could never be opened again: only the old key opens its key.
 *
 * @throws IntegrityError "vanished", "authentication_failed"
 */
export async function rewrapTranscripts(
  space: Space,
  index: VaultIndex,
  from: OwnerKey,
  to: OwnerKey,
): Promise<Record<string, string>> {
  const wraps: Record<string, string> = {};
  const sealed = await listSealed(space, undefined);
  const present = sealed.map(({ id }) => id);
  for (const id of findVanished(index, present)) throw vanished(id);
  for (const { id, key } of sealed) {
    const wrap = decodeBase64url(key);
    wraps[id] = encodeBase64url(await verified(() => rewrapTranscriptKey({ ...from, wrap }, to, id), id));
  }
  return wraps;
}
