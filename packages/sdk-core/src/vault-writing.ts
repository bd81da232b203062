/**
 * Sends sealed transcripts of a space to its server, each with the index that lists it. Writes of one client wait for each other:
 * they would only make each other's index stale.
 */
import { newId, type Mark, type SealedRecord } from '@sealscribe/crypto';
import {
  RECORDING_HEADER,
  formatRecordingHeader,
  transcriptWrittenSchema,
  type Route,
  type SentRecording,
} from '@sealscribe/protocol';
import { badAnswer, type RequestOptions } from './http.js';
import { encodeForm, type Part } from './multipart.js';
import { octets } from './private-mode.js';
import type { Space, SpaceKeys } from './space.js';
import type { VaultListing, Write } from './vault-listing.js';
import type { Saved } from './vault-types.js';

/** Writes to one space. */
export class VaultWriting {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly space: Space,
    private readonly listing: VaultListing,
  ) {}

  /**
   * Stores a sealed record, with its key when that is new, in the place of the one before when there is one. `recording` is the one that
   * its card names from now on, null for none; without it, that stays as it is.
   * @throws TranscriptMoved, KeysChanged
   */
  async put(
    id: string,
    sealed: SealedRecord,
    {
      keys,
      key,
      replaces,
      recording,
    }: {
      keys: SpaceKeys;
      key?: Uint8Array;
      replaces?: Mark;
      recording?: SentRecording | null | undefined;
    },
  ): Promise<Saved> {
    const revision = (replaces?.revision ?? 0) + 1;
    const parts: Part[] = key ? [{ name: 'key', data: key }] : [];
    parts.push({ name: 'card', data: sealed.card });
    if (sealed.transcript) parts.push({ name: 'transcript', data: sealed.transcript });
    if (sealed.words) parts.push({ name: 'words', data: sealed.words });
    const condition = {
      ...(replaces ? { 'if-match': `"${replaces.revision}"` } : { 'if-none-match': '*' }),
      ...(recording !== undefined && { [RECORDING_HEADER]: formatRecordingHeader(recording) }),
    };
    await this.#write({
      ...{ id, keys, replaces, isRenewed: key !== undefined },
      becomes: { revision, sha256: sealed.sha256 },
      send: (headers, index) => {
        const files = [...parts, { name: 'index', data: index }].map((part) => ({
          ...part,
          fileName: part.name,
        }));
        const { contentType, body } = encodeForm(files, `sealscribe-${newId()}`);
        return this.#send(this.space.routes.put, id, {
          headers: { ...headers, ...condition, 'content-type': contentType },
          body: async () => body,
        });
      },
    });
    return { id, revision };
  }

  /**
   * Deletes a transcript whose entry in the index is `entry`.
   * @throws TranscriptMoved, KeysChanged
   */
  async delete(id: string, entry: Mark): Promise<void> {
    await this.#write({
      ...{ id, keys: this.space.keys(), replaces: entry, isRenewed: false },
      becomes: { deleted: true },
      send: (headers, index) =>
        this.#send(this.space.routes.delete, id, {
          headers: { ...headers, ...octets, 'if-match': `"${entry.revision}"` },
          body: async () => index,
        }),
    });
  }

  #write(write: Write): Promise<void> {
    const result = this.#last.then(() => this.listing.write(write));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #send(route: Route, id: string, options: RequestOptions): Promise<number> {
    const written = await this.space.requests.json(route, transcriptWrittenSchema, { ...options, id });
    if (written.id !== id) throw badAnswer();
    return written.indexRevision;
  }
}
