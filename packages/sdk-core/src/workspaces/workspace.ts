/**
 * An opened workspace: transcripts that several people read and write, with everything that a vault can do with its own. What two of
 * them write at once is reported as a conflict, and nothing is lost: every write is a revision.
 */
import type { Role } from '@sealscribe/protocol';
import type { FreshnessStore } from '../freshness.js';
import { refusal, type Http } from '../http.js';
import type { CacheStore } from '../search/cache.js';
import { checkShareOptions, type Share, type ShareOptions } from '../shares/vault-shares.js';
import type { ThreadCalls } from '../thread.js';
import { ThreadedTranscripts } from '../threaded-transcripts.js';
import type { Transcripts } from '../transcripts.js';
import type { Saved, VaultTranscript } from '../vault-types.js';
import { workspaceSpace, type KeySource } from './workspace-space.js';

/** The vault of the account itself, as far as workspaces use it. */
export interface OwnVault extends Transcripts {
  share(id: string, options: ShareOptions): Promise<Share>;
}

/** What a workspace is made of besides its space. */
export interface WorkspaceParts {
  id: string;
  source: KeySource;
  own: OwnVault;
  thread: () => ThreadCalls | undefined;
  facts: () => WorkspaceFacts;
}

/** What a workspace says of itself, verified. */
export interface WorkspaceFacts {
  readonly name: string;
  readonly role: Role;
}

/** The transcripts of a workspace. A reader's writes end in ApiError "forbidden". */
export class Workspace extends ThreadedTranscripts {
  readonly id: string;
  readonly #parts: WorkspaceParts;

  constructor(http: Http, freshness: FreshnessStore, cache: CacheStore, parts: WorkspaceParts) {
    super(workspaceSpace(http, freshness, parts.id, parts.source), cache);
    this.id = parts.id;
    this.#parts = parts;
  }

  protected override thread(): ThreadCalls | undefined {
    // One that was left is closed, whatever the thread still knows.
    this.#parts.source.current();
    return this.#parts.thread();
  }

  /** Its name when it was last read. */
  get name(): string {
    return this.#parts.facts().name;
  }

  /** What its account may do here; the server enforces it. */
  get role(): Role {
    return this.#parts.facts().role;
  }

  /**
   * Makes a link to a transcript as it is now, as `vault.share` does. A copy of it goes into the account's own vault, and the link is that
   * copy's: `vault.shares()` lists it, and it ends when it is taken back or the copy is deleted, whoever is in the workspace by then.
   *
   * @throws ApiError "forbidden" for readers, and "not_found"; RangeError or TypeError naming the option that is wrong
   */
  async share(id: string, options: ShareOptions = {}): Promise<Share> {
    checkShareOptions(options);
    if (this.role === 'reader') throw refusal(403, 'forbidden', undefined);
    const { own } = this.#parts;
    const copy = await copyTo(own, await this.open(id));
    try {
      return await own.share(copy.id, options);
    } catch (failure) {
      await own.delete(copy.id).catch(() => undefined);
      throw failure;
    }
  }

  /** Forgets what was opened to be searched. */
  close(): void {
    this.forgetOpened();
  }
}

/** Saves a transcript a second time, with its labels. */
export function copyTo(
  target: Transcripts,
  { transcript, title, fileName, tags }: VaultTranscript,
): Promise<Saved> {
  return target.save(transcript, {
    tags,
    ...(title === null ? {} : { title }),
    ...(fileName === null ? {} : { fileName }),
  });
}
