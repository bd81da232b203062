/**
 * What a device keeps of a transcript so that the next search need neither fetch nor open it (docs/formats.md, section 3): a document
 * sealed under the key of vault or workspace, bound to the transcript and to the mark of the card that it was made from. It never
 * leaves the device; an older one, or one of another transcript, does not open.
 */
import { contexts, type KeyOwner } from './bind.js';
import { decodeBase64url, type Bytes } from './bytes.js';
import { open, seal } from './cobblestone.js';
import { padDocument, parseDocument, type JsonObject } from './padding.js';
import { isRef } from './sealed.js';
import type { Mark } from './vault-index.js';

/** Which transcript, of whose, and the mark of its card. */
export type SearchEntryContext = KeyOwner & { transcriptId: string; mark: Mark };

function contextOf({ transcriptId, mark, ...owner }: SearchEntryContext): Bytes {
  if (!isRef(mark)) throw new TypeError('mark must be a revision and a SHA-256');
  return contexts.searchEntry(owner, transcriptId, mark.revision, decodeBase64url(mark.sha256));
}

/** Seals what a search needs of a transcript. */
export async function sealSearchEntry(
  ownerKey: CryptoKey,
  context: SearchEntryContext,
  document: JsonObject,
): Promise<Bytes> {
  return seal(ownerKey, contextOf(context), padDocument(document));
}

/**
 * Opens what {@link sealSearchEntry} made of the same card under the same key.
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openSearchEntry(
  ownerKey: CryptoKey,
  context: SearchEntryContext,
  sealed: Uint8Array,
): Promise<JsonObject> {
  return parseDocument(await open(ownerKey, contextOf(context), sealed));
}
