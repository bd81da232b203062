/**
 * An opened workspace: transcripts that several people read and write, with everything that a vault can do with its own. What two of
 * them write at once is reported as a conflict, and nothing is lost: every write is a revision.
 */
import type { Role } from '@sealscribe/protocol';
import type { FreshnessStore } from '../freshness.js';
import type { Http } from '../http.js';
import type { CacheStore } from '../search/cache.js';
import { Transcripts } from '../transcripts.js';
import { workspaceSpace, type KeySource } from './workspace-space.js';

/** What a workspace says of itself, verified. */
export interface WorkspaceFacts {
  readonly name: string;
  readonly role: Role;
}

/** The transcripts of a workspace. A reader's writes end in ApiError "forbidden". */
export class Workspace extends Transcripts {
  readonly id: string;
  readonly #facts: () => WorkspaceFacts;

  constructor(
    http: Http,
    freshness: FreshnessStore,
    cache: CacheStore,
    { id, source, facts }: { id: string; source: KeySource; facts: () => WorkspaceFacts },
  ) {
    super(workspaceSpace(http, freshness, id, source), cache);
    this.id = id;
    this.#facts = facts;
  }

  /** Its name when it was last read. */
  get name(): string {
    return this.#facts().name;
  }

  /** What its account may do here; the server enforces it. */
  get role(): Role {
    return this.#facts().role;
  }

  /** Forgets what was opened to be searched. */
  close(): void {
    this.forgetOpened();
  }
}
