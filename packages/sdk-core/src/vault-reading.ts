/**
 * Reads every card of a vault and checks each against the index and against what this device has seen. What is not in order is told
 * by id, so that the rest can be used.
 */
import { findVanished } from '@sealscribe/crypto';
import { IntegrityError } from './errors.js';
import type { VaultFreshness } from './freshness.js';
import type { Http } from './http.js';
import { verified } from './integrity.js';
import { checkAgainst, vanished, type VaultListing } from './vault-listing.js';
import { listSealed, openRecord, toEntry, type OpenRecord } from './vault-records.js';
import type { VaultEntry } from './vault-types.js';

/** How often the vault is read again because other devices write meanwhile. */
const MAX_READS = 3;

const revisionCodes = new Set<string>(['rollback', 'fork', 'unlisted', 'vanished']);

/**
 * Every record by id, and one IntegrityError for each transcript that is not in order.
 * @throws IntegrityError when the index itself is not in order
 */
export async function readAll(
  http: Http,
  listing: VaultListing,
  freshness: VaultFreshness,
  accountId: string,
  accountKey: () => CryptoKey,
  signal: AbortSignal | undefined,
): Promise<{ records: Map<string, OpenRecord>; problems: Map<string, IntegrityError> }> {
  for (let read = 1; ; read++) {
    const problems = new Map<string, IntegrityError>();
    const records = new Map<string, OpenRecord>();
    const key = accountKey();
    const sealed = await listSealed(http, signal);
    const state = await listing.fetch(signal);
    for (const info of sealed) {
      try {
        const record = await openRecord(key, accountId, info);
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
    for (const [id, problem] of await freshness.seeTranscripts(marks)) {
      problems.set(id, problem);
      records.delete(id);
    }
    return { records, problems };
  }
}

/** What a list shows of records, newest first. */
export const toEntries = (records: Iterable<OpenRecord>): VaultEntry[] =>
  Array.from(records, toEntry).sort((a, b) =>
    a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? -1 : 1,
  );
