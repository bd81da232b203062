/**
 * Reads sealed transcripts and opens them: key, card, then the parts that the card names (docs/formats.md, sealed-v1). Always
 * under the id that was asked for. Whether a card is the present one is not decided here: that is vault-reading.ts, with the index.
 */
import {
  decodeBase64url,
  openCard,
  openPart,
  type Mark,
  type PartName,
  type Parts,
} from '@sealscribe/crypto';
import {
  PART_REVISION_HEADER,
  transcriptInfoSchema,
  transcriptListSchema,
  type Card,
  type Transcript,
  type TranscriptInfo,
} from '@sealscribe/protocol';
import { checkCard, checkTranscriptDocument, checkWordsDocument, fromDocuments } from './documents.js';
import { badAnswer } from './http.js';
import { verified } from './integrity.js';
import type { Space, SpaceKeys } from './space.js';
import type { VaultEntry } from './vault-types.js';

/** A card that opened. */
export interface OpenRecord {
  id: string;
  key: CryptoKey;
  card: Card;
  parts: Parts;
  /** Revision and hash of the sealed card. */
  mark: Mark;
}

/** What a list shows of a record. */
export function toEntry({ id, card, mark }: Pick<OpenRecord, 'id' | 'card' | 'mark'>): VaultEntry {
  const { recording, ...shown } = card;
  return {
    id,
    revision: mark.revision,
    ...shown,
    duration: card.duration / 1000,
    // Its key stays here.
    ...(recording && { recording: { size: recording.size, type: recording.type } }),
  };
}

/** Every sealed card of a space, as the server gives them. */
export async function listSealed(
  { requests, routes }: Space,
  signal: AbortSignal | undefined,
): Promise<TranscriptInfo[]> {
  const found = new Map<string, TranscriptInfo>();
  let after: string | null = null;
  do {
    const query: Record<string, string> = after === null ? {} : { after };
    const page: { transcripts: TranscriptInfo[]; next: string | null } = await requests.json(
      routes.list,
      transcriptListSchema,
      { query, signal },
    );
    for (const info of page.transcripts) {
      // The same id twice, or a page that leads nowhere, would let a server keep us here for ever.
      if (found.has(info.id)) throw badAnswer();
      found.set(info.id, info);
    }
    if (page.next !== null && page.transcripts.length === 0) throw badAnswer();
    after = page.next;
  } while (after !== null);
  return [...found.values()];
}

/** One sealed card. */
export async function getSealed(
  { requests, routes }: Space,
  id: string,
  signal: AbortSignal | undefined,
): Promise<TranscriptInfo> {
  const info = await requests.json(routes.card, transcriptInfoSchema, { id, signal });
  if (info.id !== id) throw badAnswer();
  return info;
}

/**
 * Opens key and card.
 * @throws IntegrityError "authentication_failed", "malformed" or "invalid_document"
 */
export async function openRecord(
  keys: SpaceKeys,
  { id, revision, key: wrap, card }: Pick<TranscriptInfo, 'id' | 'revision' | 'key' | 'card'>,
): Promise<OpenRecord> {
  const key = await verified(() => keys.openTranscriptKey(id, decodeBase64url(wrap)), id);
  return openCardOf({ id, key }, { revision, card });
}

/**
 * Opens a card of a transcript whose key is open, under exactly this revision.
 * @throws IntegrityError "authentication_failed", "malformed" or "invalid_document"
 */
export async function openCardOf(
  { id, key }: Pick<OpenRecord, 'id' | 'key'>,
  { revision, card: sealed }: Pick<TranscriptInfo, 'revision' | 'card'>,
): Promise<OpenRecord> {
  return verified(async () => {
    const { card, parts, sha256 } = await openCard(
      key,
      { transcriptId: id, revision },
      decodeBase64url(sealed),
    );
    return { id, key, card: checkCard(card, id), parts, mark: { revision, sha256 } };
  }, id);
}

/** A sealed part, and whether the server says that it is of the revision which the card names. */
interface SealedPart {
  bytes: Uint8Array;
  expected: boolean;
}

/** Fetches a sealed part of a record. */
export async function getPart(
  { requests, routes }: Space,
  { id, parts }: OpenRecord,
  name: PartName,
  signal: AbortSignal | undefined,
): Promise<SealedPart> {
  const headers = { accept: 'application/octet-stream' };
  const answer = await requests.bytes(routes[name], { id, headers, signal });
  const revision = answer.headers.get(PART_REVISION_HEADER);
  return { bytes: answer.bytes, expected: revision === null || revision === String(parts[name].revision) };
}

/**
 * Fetches and opens the body of a transcript.
 *
 * @returns undefined where a part is of another revision than the card names: it was changed in between
 * @throws IntegrityError "authentication_failed", "malformed" or "invalid_document"
 */
export async function readTranscript(
  space: Space,
  record: OpenRecord,
  options: { words: boolean; lastTry: boolean; signal: AbortSignal | undefined },
): Promise<Transcript | undefined> {
  const { id, key, card, parts } = record;
  const [body, words] = await Promise.all([
    getPart(space, record, 'transcript', options.signal),
    options.words ? getPart(space, record, 'words', options.signal) : undefined,
  ]);
  // Decided by the header alone, before anything is opened: an opening that failed is never repeated.
  if (!options.lastTry && !(body.expected && (words?.expected ?? true))) return undefined;
  return verified(async () => {
    const open = (name: PartName, { bytes }: SealedPart) =>
      openPart(key, name, { transcriptId: id, ref: parts[name] }, bytes);
    return fromDocuments(
      card,
      checkTranscriptDocument(await open('transcript', body), id),
      words && checkWordsDocument(await open('words', words), id),
      id,
    );
  }, id);
}
