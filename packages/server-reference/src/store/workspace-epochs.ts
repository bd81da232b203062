/**
 * Writing an epoch of a workspace: roster, the key for each member, and, where the key is another, everything that it seals. All of
 * it in one transaction. What the clients verify by cryptography is checked here as far as it shows, so that honest clients cannot
 * break a workspace by mistake.
 */
import type { StoredRoster, WriteEpochRequest } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Connection, Store } from './index.js';
import { rotateTranscriptKeys } from './rotation.js';
import { workspaceTables } from './workspace-tables.js';
import { requireRole, type Visit } from './workspaces.js';

/** Workspaces that one account may own. */
const MOST_OWNED = 100;

/** What an owner writes. */
export interface EpochWrite extends Visit {
  request: WriteEpochRequest;
  /** 0 for a new workspace. */
  replaces: number;
  /** Revision of the index that `request.rekeyed` replaces. */
  replacesIndex: number;
  bound: number;
  now: Date;
}

/**
 * Makes a workspace, or puts a new epoch in the place of `replaces`.
 *
 * @throws HttpError `id_taken`, `not_found`, `forbidden`, `revision_conflict`, `bad_request`, `payload_too_large`
 */
export async function writeEpoch(store: Store, write: EpochWrite): Promise<void> {
  const { roster } = write.request;
  if (roster.epoch !== write.replaces + 1)
    throw new HttpError('bad_request', 'The field "roster.epoch" must be one more than If-Match.');
  await store.transact(async (db) => {
    const before = write.replaces === 0 ? await create(db, write) : await replace(db, write);
    checkRoster(write);
    await replaceMembers(db, write, before);
    if ((write.request.rekeyed === undefined) !== (before.keyNumber === roster.keyNumber))
      throw new HttpError('bad_request', 'Another key goes with "rekeyed", and only another key.');
    if (write.request.rekeyed) await rekey(db, write);
    await dropOldEpochs(db, write.workspaceId);
  });
  await store.scrub();
}

/** What was in force. */
interface Before {
  keyNumber: number;
  /** Accounts that are in the workspace, whether they accepted or not. */
  present: string[];
}

async function create(db: Connection, { accountId, workspaceId, request, now }: EpochWrite): Promise<Before> {
  const { roster, card } = request;
  const owned = await db
    .selectFrom('workspace_members')
    .select('workspace_id')
    .where('account_id', '=', accountId)
    .where('role', '=', 'owner')
    .execute();
  if (owned.length >= MOST_OWNED)
    throw new HttpError('payload_too_large', 'This account has as many workspaces as it may have.');
  const taken = await db
    .selectFrom('workspaces')
    .select('id')
    .where('id', '=', workspaceId)
    .executeTakeFirst();
  if (taken) throw new HttpError('id_taken');
  if (roster.keyNumber !== 1 || roster.previous !== null || roster.members.length !== 1)
    throw new HttpError('bad_request', 'A new workspace has one member and the key number 1.');
  await db
    .insertInto('workspaces')
    .values({
      ...{ id: workspaceId, epoch: roster.epoch, key_number: roster.keyNumber, card },
      ...{ stored_bytes: 0, created_at: now.toISOString() },
    })
    .execute();
  await db
    .insertInto('workspace_members')
    .values({
      ...{ workspace_id: workspaceId, account_id: accountId, role: 'owner', epoch: roster.epoch },
      membership: request.membership,
    })
    .execute();
  return { keyNumber: 0, present: [accountId] };
}

async function replace(db: Connection, write: EpochWrite): Promise<Before> {
  const { workspaceId, replaces, request } = write;
  await requireRole(db, write, 'owner');
  const before = await db
    .selectFrom('workspaces')
    .select(['epoch', 'key_number as keyNumber'])
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  if (before.epoch !== replaces) throw new HttpError('revision_conflict');
  const { epoch, keyNumber } = request.roster;
  await db
    .updateTable('workspaces')
    .set({ epoch, key_number: keyNumber, card: request.card })
    .where('id', '=', workspaceId)
    .execute();
  const rows = await db
    .selectFrom('workspace_members')
    .select('account_id')
    .where('workspace_id', '=', workspaceId)
    .execute();
  return { keyNumber: before.keyNumber, present: rows.map((row) => row.account_id) };
}

/** Members by the new roster: those who are gone lose their place, those who were invited get one. */
async function replaceMembers(db: Connection, write: EpochWrite, before: Before): Promise<void> {
  const { workspaceId, request, accountId: sender } = write;
  const { roster, deliveries } = request;
  const listed = new Map(roster.members.map((member) => [member.accountId, member]));
  const gone = before.present.filter((id) => !listed.has(id));
  const oldKey = roster.keyNumber === before.keyNumber;
  if (!oldKey && roster.keyNumber !== before.keyNumber + 1)
    throw new HttpError('bad_request', 'The field "roster.keyNumber" counts one by one.');
  if (gone.length > 0 && oldKey) throw new HttpError('bad_request', 'Taking somebody out needs another key.');
  for (const id of gone) {
    for (const table of ['workspace_members', 'workspace_deliveries'] as const)
      await db
        .deleteFrom(table)
        .where('workspace_id', '=', workspaceId)
        .where('account_id', '=', id)
        .execute();
  }
  const added = await takeInvitations(db, write, before.present);
  await db
    .insertInto('workspace_epochs')
    .values({
      ...{ workspace_id: workspaceId, epoch: roster.epoch, sender },
      roster: JSON.stringify(roster),
    })
    .execute();
  for (const id of [...before.present.filter((one) => listed.has(one)), ...added]) {
    const delivery = Object.hasOwn(deliveries, id) ? deliveries[id] : undefined;
    const role = listed.get(id)?.role;
    if (delivery === undefined || role === undefined)
      throw new HttpError('bad_request', 'Each member who is here needs a delivery of the key.');
    await db
      .insertInto('workspace_deliveries')
      .values({ workspace_id: workspaceId, epoch: roster.epoch, account_id: id, delivery })
      .execute();
    await db
      .updateTable('workspace_members')
      .set({ role })
      .where('workspace_id', '=', workspaceId)
      .where('account_id', '=', id)
      .execute();
  }
  await db
    .updateTable('workspace_members')
    .set({ epoch: roster.epoch, membership: request.membership })
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', sender)
    .execute();
}

/** Gives those who are listed and not here yet a place, if they were invited with the key that is listed. */
async function takeInvitations(
  db: Connection,
  { workspaceId, request: { roster } }: EpochWrite,
  present: readonly string[],
): Promise<string[]> {
  const added: string[] = [];
  for (const { accountId, role, publicKey } of roster.members) {
    if (present.includes(accountId)) continue;
    const invitation = await db
      .deleteFrom('workspace_invitations')
      .where('workspace_id', '=', workspaceId)
      .where('invited_id', '=', accountId)
      .where('public_key', '=', publicKey)
      .returning('account_id')
      .executeTakeFirst();
    // In the roster without a place: they left, and stay listed until an owner takes them out. A made-up one comes to nothing.
    if (!invitation?.account_id) continue;
    await db
      .insertInto('workspace_members')
      .values({
        ...{ workspace_id: workspaceId, account_id: accountId, role, epoch: roster.epoch },
        membership: null,
      })
      .execute();
    added.push(accountId);
  }
  return added;
}

async function rekey(db: Connection, write: EpochWrite): Promise<void> {
  const { workspaceId, request, replacesIndex, bound, now } = write;
  if (!request.rekeyed) return;
  const { transcriptKeys, index } = request.rekeyed;
  await rotateTranscriptKeys(workspaceTables(db), {
    ...{ accountId: workspaceId, transcriptKeys, shareLinks: {}, bound, now },
    index: { replaces: replacesIndex, sealed: Buffer.from(index, 'base64url') },
  });
}

/** Forgets the rosters before the last that every member has accepted: nobody goes on from them. */
async function dropOldEpochs(db: Connection, workspaceId: string): Promise<void> {
  const { oldest } = await db
    .selectFrom('workspace_members')
    .select((row) => row.fn.min('epoch').as('oldest'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  for (const table of ['workspace_deliveries', 'workspace_epochs'] as const)
    await db
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('epoch', '<', Number(oldest))
      .execute();
}

function checkRoster({ accountId, request: { roster } }: EpochWrite): void {
  const { members } = roster satisfies StoredRoster;
  if (new Set(members.map((member) => member.accountId)).size !== members.length)
    throw new HttpError('bad_request', 'The field "roster.members" holds an account twice.');
  if (!members.some((member) => member.accountId === accountId && member.role === 'owner'))
    throw new HttpError('bad_request', 'Whoever writes a roster is an owner in it.');
}
