/**
 * Workspaces (docs/formats.md, workspace-v1): making them, who is in them, coming and going. Nobody is brought in, and nothing is
 * sealed to a key, without the fingerprint that a person compared and passes in here.
 */
import { newId, normalizeEmail } from '@sealscribe/crypto';
import { inviteAnswerSchema, routes, workspaceListSchema, type Role } from '@sealscribe/protocol';
import { untilFirst } from '../account-proof.js';
import { IntegrityError } from '../errors.js';
import type { FreshnessStore } from '../freshness.js';
import type { Http } from '../http.js';
import { checkId } from '../private-mode.js';
import type { CacheStore } from '../search/cache.js';
import type { Saved } from '../vault-types.js';
import { formatFingerprint, parseFingerprint } from './fingerprint.js';
import type { RosterEntry } from './follow-rosters.js';
import { publicIdentity, type UnlockedAccount } from './identity.js';
import { OpenWorkspaces, type OwnThread } from './open-workspaces.js';
import { getWorkspace, type ReadWorkspace } from './reading.js';
import type { Invitation, Member, Person, WorkspaceEntry } from './workspace-types.js';
import { copyTo, type OwnVault, type Workspace } from './workspace.js';
import { createEpoch, replaceEpoch, type NextEpoch } from './write-epoch.js';

/** The workspaces of an unlocked account. */
export class Workspaces {
  readonly #http: Http;
  readonly #account: UnlockedAccount;
  readonly #own: OwnVault;
  readonly #open: OpenWorkspaces;

  /** @param own the account's own vault, from which transcripts are shared; `thread` is the one that does the vault's work */
  constructor(
    http: Http,
    freshness: FreshnessStore,
    cache: CacheStore,
    { account, own, thread }: { account: UnlockedAccount; own: OwnVault; thread: OwnThread },
  ) {
    this.#http = http;
    this.#account = account;
    this.#own = own;
    this.#open = new OpenWorkspaces(http, freshness, cache, { account, own, thread });
  }

  /** Forgets every key; opened workspaces throw SealscribeError "locked" from then on. */
  lock(): void {
    this.#open.lock();
  }

  /**
   * How the others know this account. Asking for the first time makes its key pair: without one nobody can invite it.
   * @throws IntegrityError
   */
  async identity(): Promise<Person> {
    return personOf((await this.#open.reader()).identity);
  }

  /**
   * Makes a workspace of one.
   * @param options.email How the others are to know its owner.
   */
  async create(name: string, options: { email?: string } = {}): Promise<Workspace> {
    const reader = await this.#open.reader();
    let id = newId();
    // At a command line it would look like an option.
    while (id.startsWith('-')) id = newId();
    const { accountId } = reader.identity;
    const next: NextEpoch = {
      members: [{ ...reader.identity, role: 'owner' }],
      card: {
        name: checkName(name),
        emails: options.email === undefined ? {} : { [accountId]: options.email },
      },
    };
    const { roster, key, keyNumber } = await createEpoch(reader, id, next);
    return this.#open.keep(id, { roster, name, numbered: { key, keyNumber } });
  }

  /** Every workspace that this account is in. */
  async list(): Promise<WorkspaceEntry[]> {
    const { workspaces } = await this.#http.json(routes.listWorkspaces, workspaceListSchema);
    const entries: WorkspaceEntry[] = [];
    for (const { id, state } of workspaces) {
      if (state !== 'member') continue;
      const { roster, name } = await this.#open.read(id);
      entries.push({ id, name, role: this.#open.roleIn(roster), members: roster.members.size });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Who wants this account in a workspace. */
  async invitations(): Promise<Invitation[]> {
    const { workspaces, invitations } = await this.#http.json(routes.listWorkspaces, workspaceListSchema);
    const found: Invitation[] = [];
    for (const { id, inviter } of invitations)
      found.push({ workspaceId: id, from: personOf(await publicIdentity(inviter)), confirmed: false });
    for (const { id, state } of workspaces) {
      if (state !== 'invited') continue;
      const [first] = (await getWorkspace(this.#http, id)).epochs;
      const owner = first?.roster.members.find(({ accountId }) => accountId === first.sender);
      if (owner)
        found.push({ workspaceId: id, from: personOf(await publicIdentity(owner)), confirmed: true });
    }
    return found;
  }

  /**
   * Opens a workspace: what it gives works like a vault.
   * @throws ApiError "not_found"; IntegrityError "unconfirmed" before it was accepted, "rollback", "fork", "untrusted_sender",
   * "authentication_failed" when the server lies about who is in it
   */
  async open(id: string): Promise<Workspace> {
    return (await this.#open.read(id)).workspace;
  }

  /** Gives a workspace another name. */
  async rename(id: string, name: string): Promise<void> {
    checkName(name);
    await this.#change(id, ({ roster, card }) =>
      card.name === name ? undefined : { members: [...roster.members.values()], card: { ...card, name } },
    );
  }

  /** Everybody in a workspace. */
  async members(id: string): Promise<Member[]> {
    const { roster, card, stored, keyBytes } = await this.#open.readAll(id);
    keyBytes.fill(0);
    const states = new Map(stored.present.map(({ accountId, state }) => [accountId, state]));
    return [...roster.members.values()].map((entry) => ({
      ...personOf(entry),
      role: entry.role,
      email: card.emails[entry.accountId] ?? null,
      state: states.get(entry.accountId) ?? 'left',
    }));
  }

  /**
   * Invites somebody. Nothing is sealed to them yet: compare the fingerprint with the one that they see (`workspaces.identity()`), by
   * another way than this server, then {@link confirm} it. For an email that nobody has, the answer looks the same.
   */
  async invite(id: string, email: string): Promise<Person> {
    return personOf(await this.#invited(id, normalizeEmail(email)));
  }

  /**
   * Takes an invitation back that was not confirmed yet, by the account id that {@link invite} gave.
   * @throws ApiError "not_found", "forbidden"
   */
  async withdraw(id: string, accountId: string): Promise<void> {
    checkId(id);
    checkId(accountId);
    await this.#http.done(routes.uninvite, { workspaceId: id, id: accountId });
  }

  async #invited(id: string, email: string) {
    checkId(id);
    return publicIdentity(
      await this.#http.json(routes.invite, inviteAnswerSchema, { workspaceId: id, json: { email } }),
    );
  }

  /**
   * Brings somebody in whose fingerprint was compared: the workspace's key is sealed to them, with all that is in it.
   *
   * @param how.fingerprint As they read it out; case, spaces and dashes make no difference.
   * @throws IntegrityError "wrong_fingerprint" when the server names another key; nothing was sealed then
   */
  async confirm(id: string, typed: string, how: { fingerprint: string; role?: Role }): Promise<Member> {
    const { role = 'editor' } = how;
    const fingerprint = parseFingerprint(how.fingerprint);
    const email = normalizeEmail(typed);
    const invited = await this.#invited(id, email);
    if (formatFingerprint(invited.fingerprint) !== fingerprint)
      throw new IntegrityError(
        'wrong_fingerprint',
        'The server names another key for this email than the one whose fingerprint was confirmed. Nothing was sent.',
      );
    const { accountId } = invited;
    await this.#change(id, ({ roster, card, stored }) => {
      if (stored.present.some((present) => present.accountId === accountId)) return undefined;
      // Who left and was not taken out yet is listed still.
      const others = [...roster.members.values()].filter((each) => each.accountId !== accountId);
      return {
        members: [...others, { ...invited, role }],
        card: { ...card, emails: { ...card.emails, [accountId]: email } },
      };
    });
    return { ...personOf(invited), email, role, state: 'invited' };
  }

  /**
   * Accepts an invitation, from the owner whose fingerprint was compared.
   * @throws IntegrityError "wrong_fingerprint" when it is from somebody else; ApiError "not_found" before the owner has confirmed
   */
  async accept(id: string, how: { fingerprint: string }): Promise<Workspace> {
    const fingerprint = parseFingerprint(how.fingerprint);
    return (await this.#open.read(id, fingerprint)).workspace;
  }

  /**
   * Gives somebody another role, by email or account id.
   * @throws RangeError when they are not in it, or it is one's own; ApiError "forbidden" for others than owners
   */
  async setRole(id: string, who: string, role: Role): Promise<void> {
    await this.#change(id, (present) => {
      const member = this.#other(present, who);
      if (member.role === role) return undefined;
      const members = [...present.roster.members.values()];
      return {
        card: present.card,
        members: members.map((each) => (each.accountId === member.accountId ? { ...each, role } : each)),
      };
    });
  }

  /**
   * Takes somebody out, by email or account id. The workspace gets another key, and each transcript one with its next change: what
   * they could read already stays readable to them, what is written afterwards does not.
   * @throws as {@link setRole}
   */
  async remove(id: string, who: string): Promise<void> {
    await this.#change(id, (present) => {
      const member = this.#other(present, who);
      const { [member.accountId]: _, ...emails } = present.card.emails;
      return {
        card: { ...present.card, emails },
        members: [...present.roster.members.values()].filter((each) => each !== member),
      };
    });
  }

  /**
   * Leaves a workspace, or declines an invitation to it. An owner should remove who left, so that the key changes.
   * @throws ApiError "conflict" for the only owner
   */
  async leave(id: string): Promise<void> {
    checkId(id);
    await this.#http.done(routes.leaveWorkspace, { workspaceId: id });
    this.#open.forget(id);
  }

  /** Deletes a workspace with everything in it, for everybody, at once. */
  async delete(id: string): Promise<void> {
    checkId(id);
    await this.#http.done(routes.deleteWorkspace, { workspaceId: id });
    this.#open.forget(id);
  }

  /**
   * Shares a transcript of the account's own vault: a copy of it as it is now goes into the workspace.
   * @throws ApiError "not_found", "forbidden" for readers
   */
  async add(id: string, transcriptId: string): Promise<Saved> {
    const workspace = await this.open(id);
    return copyTo(workspace, await this.#own.open(transcriptId));
  }

  /** Writes the next epoch, again where another owner was faster; `change` gives undefined where nothing is left to do. */
  async #change(id: string, change: (present: ReadWorkspace) => NextEpoch | undefined): Promise<void> {
    const reader = await this.#open.reader();
    await untilFirst(this.#http, async () => {
      const present = await this.#open.readAll(id);
      try {
        const next = change(present);
        if (!next) return;
        const { roster, key, keyNumber } = await replaceEpoch(reader, id, next, present);
        this.#open.keep(id, { roster, name: next.card.name, numbered: { key, keyNumber } });
      } finally {
        present.keyBytes.fill(0);
      }
    });
  }

  #other({ roster, card }: ReadWorkspace, who: string): RosterEntry {
    const members = [...roster.members.values()];
    const named = members.filter(({ accountId }) => accountId === who || card.emails[accountId] === who);
    const [member] = named;
    if (!member || named.length > 1) throw new RangeError('who must be the email or account id of a member');
    if (member.accountId === this.#account.accountId)
      throw new RangeError('who must be somebody else: an owner can leave, or be changed by another owner');
    return member;
  }
}

const personOf = ({ accountId, fingerprint }: { accountId: string; fingerprint: Uint8Array }): Person => ({
  accountId,
  fingerprint: formatFingerprint(fingerprint),
});

function checkName(name: string): string {
  if (typeof name !== 'string' || name.trim() === '')
    throw new TypeError('name must be a text that is not empty');
  return name;
}
