/**
 * Earlier revisions of a transcript (docs/formats.md, sealed-v1, "History"): what each write replaced, which the server keeps as
 * sealed as it was. A revision is opened under the number that was asked for, with the hashes of its own card, and is never
 * taken for the present one: it does not touch what the device remembers. The server can invent none; that it leaves none out
 * is its word.
 */
import { decodeBase64url, openPart, type PartName } from '@sealscribe/crypto';
import { earlierRevisionSchema, revisionListSchema } from '@sealscribe/protocol';
import { checkTranscriptDocument, checkWordsDocument, fromDocuments } from './documents.js';
import { badAnswer } from './http.js';
import { verified } from './integrity.js';
import type { Space } from './space.js';
import { openCardOf, toEntry, type OpenRecord } from './vault-records.js';
import type { VaultEntry, VaultTranscript } from './vault-types.js';

/**
 * The present revision and those before it, newest first.
 * @throws IntegrityError when a card does not open under its revision
 */
export async function listHistory(
  { requests, routes }: Space,
  present: OpenRecord,
  signal?: AbortSignal,
): Promise<VaultEntry[]> {
  const { id } = present;
  const { revisions } = await requests.json(routes.revisions, revisionListSchema, { id, signal });
  const entries = [toEntry(present)];
  let later = present.mark.revision;
  for (const { revision, card } of revisions) {
    if (revision >= later) throw badAnswer();
    later = revision;
    entries.push(toEntry(await openCardOf(present, { revision, card })));
  }
  return entries;
}

/**
 * Opens one earlier revision.
 * @throws ApiError "not_found" when it is not kept; IntegrityError when it is not that revision of that transcript
 */
export async function openEarlier(
  { requests, routes }: Space,
  present: OpenRecord,
  revision: number,
  signal?: AbortSignal,
): Promise<VaultTranscript> {
  const { id, key } = present;
  const found = await requests.json(routes.revision, earlierRevisionSchema, { id, revision, signal });
  if (found.revision !== revision) throw badAnswer();
  const record = await openCardOf(present, { revision, card: found.card });
  return verified(async () => {
    const open = (name: PartName) =>
      openPart(key, name, { transcriptId: id, ref: record.parts[name] }, decodeBase64url(found[name]));
    const transcript = fromDocuments(
      record.card,
      checkTranscriptDocument(await open('transcript'), id),
      checkWordsDocument(await open('words'), id),
      id,
    );
    return { ...toEntry(record), transcript };
  }, id);
}

/** @throws RangeError */
export function checkRevision(revision: number): void {
  if (!Number.isSafeInteger(revision) || revision < 1)
    throw new RangeError('revision must be a whole number from 1');
}
