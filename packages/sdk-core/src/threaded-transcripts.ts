/** Transcripts whose heavy calls another thread does where there is one; what it cannot do, it refuses, and nothing is done here instead. */
import type { Transcript } from '@sealscribe/protocol';
import type { SearchHit, SearchOptions } from './search/vault-search.js';
import type { ThreadCalls } from './thread.js';
import { Transcripts } from './transcripts.js';
import type { Changes, Labels, Saved, VaultTranscript } from './vault-types.js';

/** A vault or a workspace, whose work may be done elsewhere. */
export abstract class ThreadedTranscripts extends Transcripts {
  /** The thread, where there is one. @throws SealscribeError "locked" */
  protected abstract thread(): ThreadCalls | undefined;

  override async save(transcript: Transcript, labels: Labels = {}): Promise<Saved> {
    // A recording is read where it is, and sealed as it goes.
    const thread = labels.recording ? undefined : this.thread();
    return thread?.save(transcript, labels) ?? super.save(transcript, labels);
  }

  override async open(
    id: string,
    options: { words?: boolean; signal?: AbortSignal } = {},
  ): Promise<VaultTranscript> {
    return this.thread()?.open(id, options) ?? super.open(id, options);
  }

  override async update(id: string, changes: Changes, options: { revision?: number } = {}): Promise<Saved> {
    return this.thread()?.update(id, changes, options) ?? super.update(id, changes, options);
  }

  override async search(query: string, options: SearchOptions = {}): Promise<SearchHit[]> {
    return this.thread()?.search(query, options) ?? super.search(query, options);
  }
}
