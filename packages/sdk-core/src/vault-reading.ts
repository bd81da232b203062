/**
 * Reads cards, one or all of a space, and checks each against the index and against what this device has seen. What is not in
 * order is told by id, so that the rest can be used.
 */
import { CryptoError, findVanished } from '@sealscribe/crypto';
import { IntegrityError } from './errors.js';
import { isNotFound } from './http.js';
import { explain, verified } from './integrity.js';
import { checkId } from './private-mode.js';
import type { Space } from './space.js';
import { checkAgainst, vanished, type VaultListing } from './vault-listing.js';
import { getSealed, listSealed, openRecord, toEntry, type OpenRecord } from './vault-records.js';
import type { VaultEntry } from './vault-types.js';

/** How often something is read again because other devices write meanwhile. */
export const MAX_READS = 3;

const revisionCodes = new Set<string>(['rollback', 'fork', 'unlisted', 'vanished']);

/**
 * Every record by id, and one IntegrityError for each transcript that is not in order.
 * @throws IntegrityError when the index itself is not in order
 */
export async function readAll(
  space: Space,
  listing: VaultListing,
  signal: AbortSignal | undefined,
): Promise<{ records: Map<string, OpenRecord>; problems: Map<string, IntegrityError> }> {
  for (let read = 1; ; read++) {
    const problems = new Map<string, IntegrityError>();
    const records = new Map<string, OpenRecord>();
    const before = space.keys();
    const sealed = await listSealed(space, signal);
    const keys = space.keys();
    // Another key while the pages came: some of what they hold is still under the old one.
    if (keys !== before && read < MAX_READS) continue;
    const state = await listing.fetch(signal);
    for (const info of sealed) {
      try {
        const record = await openRecord(keys, info);
        await verified(() => checkAgainst(state, info.id, record.mark), info.id);
        records.set(info.id, record);
      } catch (failure) {
        if (!(failure instanceof IntegrityError)) throw failure;
        problems.set(info.id, failure);
      }
    }
    const present = sealed.map(({ id }) => id);
    for (const id of findVanished(state.index, present)) problems.set(id, vanished(id));
    // Another device may have written between the two requests. What does not open is never asked for again.
    const moved = [...problems.values()].some(({ code }) => revisionCodes.has(code));
    if (moved && read < MAX_READS) continue;
    const marks = new Map([...records].map(([id, { mark }]) => [id, mark]));
    for (const [id, problem] of await space.freshness.seeTranscripts(marks)) {
      problems.set(id, problem);
      records.delete(id);
    }
    return { records, problems };
  }
}

/** The card of a transcript, checked against the index. */
export async function readCurrent(
  space: Space,
  listing: VaultListing,
  id: string,
  signal?: AbortSignal,
): Promise<OpenRecord> {
  checkId(id);
  for (let read = 1; ; read++) {
    const lastTry = read === MAX_READS;
    try {
      const info = await getSealed(space, id, signal);
      const record = await openRecord(space.keys(), info);
      try {
        checkAgainst(await listing.known(), id, record.mark);
      } catch {
        // Another device may have written since the index was read.
        checkAgainst(await listing.fetch(signal), id, record.mark);
      }
      const problem = (await space.freshness.seeTranscripts(new Map([[id, record.mark]]))).get(id);
      if (problem) throw problem;
      return record;
    } catch (failure) {
      if (isNotFound(failure)) {
        const { index } = await listing.fetch(signal);
        const entry = Object.hasOwn(index, id) ? index[id] : undefined;
        if (!entry || 'deleted' in entry) throw failure;
        if (lastTry) throw vanished(id);
      } else if (lastTry || !(failure instanceof CryptoError)) {
        throw explain(failure, id);
      }
    }
  }
}

/** What a list shows of records, newest first. */
export const toEntries = (records: Iterable<OpenRecord>): VaultEntry[] =>
  Array.from(records, toEntry).sort((a, b) =>
    a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? -1 : 1,
  );
