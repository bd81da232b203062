/**
 * The workspaces that a client has open: one object for each, so that its writes wait for each other, with the roster and the key
 * that were verified last.
 */
import type { Role } from '@sealscribe/protocol';
import { SealscribeError } from '../errors.js';
import type { FreshnessStore } from '../freshness.js';
import type { Http } from '../http.js';
import { checkId } from '../private-mode.js';
import type { CacheStore } from '../search/cache.js';
import type { VaultThread } from '../thread.js';
import type { OpenRoster } from './follow-rosters.js';
import { ensureIdentity, type OpenIdentity, type UnlockedAccount } from './identity.js';
import { readWorkspace, type ReadWorkspace, type Reader } from './reading.js';
import { Workspace, type OwnVault } from './workspace.js';
import type { KeySource, NumberedKey } from './workspace-space.js';

/** What is known of a workspace. */
interface Known {
  numbered: NumberedKey;
  roster: OpenRoster;
  name: string;
}

/** An opened workspace. */
export interface Opened extends Known {
  workspace: Workspace;
}

/** The thread of the account's vault, where there is one. @throws SealscribeError "locked" */
export type OwnThread = () => VaultThread | undefined;

/** Opens and keeps workspaces of one account. */
export class OpenWorkspaces {
  readonly #account: UnlockedAccount;
  readonly #own: OwnVault;
  readonly #thread: OwnThread;
  #identity: Promise<OpenIdentity> | undefined;
  #opened = new Map<string, Opened>();

  constructor(
    private readonly http: Http,
    private readonly freshness: FreshnessStore,
    private readonly cache: CacheStore,
    { account, own, thread }: { account: UnlockedAccount; own: OwnVault; thread: OwnThread },
  ) {
    this.#account = account;
    this.#own = own;
    this.#thread = thread;
  }

  /** Forgets every key. */
  lock(): void {
    for (const { workspace } of this.#opened.values()) workspace.close();
    this.#opened = new Map();
    this.#identity = undefined;
  }

  /** What reading and writing start from; makes the account's key pair where there is none. */
  async reader(): Promise<Reader> {
    const { http, freshness } = this;
    const account = this.#account;
    account.accountKey();
    this.#identity ??= ensureIdentity(http, account);
    try {
      return { http, freshness, account, identity: await this.#identity };
    } catch (failure) {
      this.#identity = undefined;
      throw failure;
    }
  }

  /** Reads a workspace and keeps what was found; the caller overwrites `keyBytes`. */
  async readAll(id: string, ownerFingerprint?: string): Promise<ReadWorkspace> {
    checkId(id);
    const read = await readWorkspace(await this.reader(), id, ownerFingerprint);
    const { roster, key, card } = read;
    this.keep(id, { roster, name: card.name, numbered: { key, keyNumber: roster.keyNumber } });
    return read;
  }

  /** The same without its key's bytes. */
  async read(id: string, ownerFingerprint?: string): Promise<Opened> {
    const { keyBytes } = await this.readAll(id, ownerFingerprint);
    keyBytes.fill(0);
    return this.#current(id);
  }

  /** Takes note of what is in force now. */
  keep(id: string, now: Known): Workspace {
    const opened = this.#opened.get(id);
    if (opened) {
      Object.assign(opened, now);
      return opened.workspace;
    }
    const source: KeySource = {
      current: () => this.#current(id).numbered,
      refresh: async () => void (await this.read(id)),
    };
    const workspace = new Workspace(this.http, this.freshness, this.cache, {
      ...{ id, source, own: this.#own },
      thread: () => this.#thread()?.workspace(id, source),
      facts: () => {
        const { name, roster } = this.#current(id);
        return { name, role: this.roleIn(roster) };
      },
    });
    this.#opened.set(id, { workspace, ...now });
    return workspace;
  }

  /** Forgets one that was left or deleted. */
  forget(id: string): void {
    const opened = this.#opened.get(id);
    if (!opened) return;
    opened.workspace.close();
    this.#opened.delete(id);
    this.#thread()?.closeWorkspace(id);
  }

  /** The account's own role. */
  roleIn(roster: OpenRoster): Role {
    return roster.members.get(this.#account.accountId)?.role ?? 'reader';
  }

  #current(id: string): Opened {
    this.#account.accountKey();
    const opened = this.#opened.get(id);
    if (!opened) throw new SealscribeError('locked', 'The workspace is closed: open it again.');
    return opened;
  }
}
