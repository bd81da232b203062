/**
 * sealed-v1: a transcript in the vault (docs/formats.md, section 3). Three parts are sealed apart, so that a vault can be
 * listed without opening bodies and searched without opening word times:
 *
 *     card         what a list shows, and `parts`: revision and SHA-256 of the two others. Sealed anew by every write.
 *     transcript   segments with times, speakers and text
 *     words        word times and confidences
 *
 * The card is the root: a reader opens it first, under the id it asked for, and accepts a part only with the revision and
 * hash that the card names. What the documents hold is the caller's; index.ts of the SDK validates it.
 */
import { checkBytes, decodeBase64url, encodeBase64url, type Bytes } from './bytes.js';
import { contexts, type KeyOwner } from './bind.js';
import { open, rewrapKey, seal, unwrapKey, wrapNewKey } from './cobblestone.js';
import { CryptoError } from './errors.js';
import { isObject, padDocument, parseDocument, type JsonObject } from './padding.js';
import { sha256Bytes } from './webcrypto.js';

/** Which part of a transcript, besides the card. */
export type PartName = 'transcript' | 'words';

/** A sealed part: the transcript's revision at which it was sealed, and the SHA-256 of its sealed bytes in base64url. */
export interface PartRef {
  revision: number;
  sha256: string;
}

/** The parts that belong to a card. */
export type Parts = Record<PartName, PartRef>;

const partNames = ['transcript', 'words'] as const;

/** SHA-256 of bytes, as base64url. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  checkBytes(bytes, 'bytes');
  return encodeBase64url(await sha256Bytes(bytes));
}

/** Whether a value is a revision and a SHA-256, and nothing else. */
export function isRef(value: unknown): value is PartRef {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  const { revision, sha256: hash } = value;
  return (
    Number.isSafeInteger(revision) && (revision as number) >= 1 && typeof hash === 'string' && isHash(hash)
  );
}

function isHash(text: string): boolean {
  try {
    return decodeBase64url(text).length === 32;
  } catch {
    return false;
  }
}

/** Checks a revision, which counts from 1. */
export function checkRevision(revision: number, argument: string): void {
  if (!Number.isSafeInteger(revision) || revision < 1)
    throw new RangeError(`${argument} must be an integer of at least 1`);
}

/** Makes the key of a new transcript and seals it under the key of the account or workspace that it is in. */
export async function createTranscriptKey(
  ownerKey: CryptoKey,
  ids: KeyOwner & { transcriptId: string },
): Promise<{ transcriptKey: CryptoKey; wrap: Bytes }> {
  const { key, wrap } = await wrapNewKey(ownerKey, contexts.transcriptKey(ids, ids.transcriptId));
  return { transcriptKey: key, wrap };
}

/**
 * Opens the key of a transcript.
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function openTranscriptKey(
  ownerKey: CryptoKey,
  ids: KeyOwner & { transcriptId: string },
  wrap: Uint8Array,
): Promise<CryptoKey> {
  return unwrapKey(ownerKey, contexts.transcriptKey(ids, ids.transcriptId), wrap);
}

/** The key of an account or workspace, with what its seals are bound to. */
export type OwnerKey = KeyOwner & { key: CryptoKey };

/**
 * Seals the key of a transcript under another key of its account or workspace, after that was rotated.
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function rewrapTranscriptKey(
  from: OwnerKey & { wrap: Uint8Array },
  to: OwnerKey,
  transcriptId: string,
): Promise<Bytes> {
  return rewrapKey({ key: from.key, context: contexts.transcriptKey(from, transcriptId) }, from.wrap, {
    key: to.key,
    context: contexts.transcriptKey(to, transcriptId),
  });
}

async function sealDocument(key: CryptoKey, context: Bytes, document: JsonObject): Promise<Bytes> {
  const bytes = padDocument(document);
  try {
    return await seal(key, context, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** What {@link sealRecord} writes. */
export interface RecordToSeal {
  transcriptId: string;
  /** The transcript's new revision: 1 for a new one, one more with every write. */
  revision: number;
  /** What a list shows. Its key `parts` is ours. */
  card: JsonObject;
  /** Leave a part out to keep it as `parts` names it. */
  transcript?: JsonObject;
  words?: JsonObject;
  /** The parts of the revision before, for those that are not sealed anew. */
  parts?: Parts;
}

/** A sealed write: the card always, the other parts when they were given. */
export interface SealedRecord {
  card: Bytes;
  transcript?: Bytes;
  words?: Bytes;
  parts: Parts;
  /** SHA-256 of the sealed card, for the index and for the device's memory. */
  sha256: string;
}

/**
 * Seals one write of a transcript: the changed parts, and a new card that names them all.
 *
 * @throws TypeError when a part is neither given nor named by `parts`, or the card has a key `parts`.
 */
export async function sealRecord(transcriptKey: CryptoKey, record: RecordToSeal): Promise<SealedRecord> {
  const { transcriptId, revision, card } = record;
  checkRevision(revision, 'revision');
  if ('parts' in card) throw new TypeError('card must not have a key "parts"');
  const sealed: Partial<Record<PartName, Bytes>> = {};
  const parts: Partial<Parts> = {};
  for (const name of partNames) {
    const document = record[name];
    if (document) {
      const bytes = await sealDocument(transcriptKey, contexts[name](transcriptId, revision), document);
      sealed[name] = bytes;
      parts[name] = { revision, sha256: await sha256(bytes) };
    } else {
      const kept = record.parts?.[name];
      if (!kept) throw new TypeError(`${name} must be given, or named in parts`);
      if (!isRef(kept) || kept.revision >= revision)
        throw new TypeError(`parts.${name} must be of an earlier revision`);
      parts[name] = { revision: kept.revision, sha256: kept.sha256 };
    }
  }
  const sealedCard = await sealDocument(transcriptKey, contexts.card(transcriptId, revision), {
    ...card,
    parts,
  });
  return { ...sealed, card: sealedCard, parts: parts as Parts, sha256: await sha256(sealedCard) };
}

/**
 * Opens a card under the id and revision that the caller expects.
 *
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openCard(
  transcriptKey: CryptoKey,
  { transcriptId, revision }: { transcriptId: string; revision: number },
  sealed: Uint8Array,
): Promise<{ card: JsonObject; parts: Parts; sha256: string }> {
  checkRevision(revision, 'revision');
  const { parts, ...card } = parseDocument(
    await open(transcriptKey, contexts.card(transcriptId, revision), sealed),
  );
  if (!isObject(parts) || Object.keys(parts).length !== 2) throw new CryptoError('invalid_document');
  const { transcript, words } = parts;
  if (!isRef(transcript) || !isRef(words)) throw new CryptoError('invalid_document');
  if (transcript.revision > revision || words.revision > revision) throw new CryptoError('invalid_document');
  return { card, parts: { transcript, words }, sha256: await sha256(sealed) };
}

/**
 * Opens a part, if it is exactly the one that the card names.
 *
 * @throws CryptoError `authentication_failed` when it is another one or was changed, `malformed`, `invalid_document`.
 */
export async function openPart(
  transcriptKey: CryptoKey,
  name: PartName,
  { transcriptId, ref }: { transcriptId: string; ref: PartRef },
  sealed: Uint8Array,
): Promise<JsonObject> {
  if (!partNames.includes(name)) throw new TypeError('name must be "transcript" or "words"');
  if (!isRef(ref)) throw new TypeError('ref must be a revision and a SHA-256, as the card names them');
  if ((await sha256(sealed)) !== ref.sha256) throw new CryptoError('authentication_failed');
  return parseDocument(await open(transcriptKey, contexts[name](transcriptId, ref.revision), sealed));
}
