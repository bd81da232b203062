/**
 * Joining and leaving a workspace. Nobody gets a place here without an owner's roster (workspace-epochs.ts): these are the
 * invitations before it, and what a member does for itself after.
 */
import { HttpError } from '../http-error.js';
import type { Store } from './index.js';
import { readPlace, requireRole, type Visit } from './workspaces.js';

/** Most invitations of one workspace that are open at a time. */
const MOST_INVITATIONS = 100;

/** Whom an invitation is for. */
export interface Invited {
  /** The account, or one that was made up. */
  invitedId: string;
  publicKey: string;
  exists: boolean;
}

/**
 * Notes an invitation.
 *
 * @throws HttpError `not_found`, `forbidden`, `payload_too_large`
 */
export async function insertInvitation(
  store: Store,
  visit: Visit,
  invited: Invited,
  now: Date,
): Promise<void> {
  const { workspaceId, accountId } = visit;
  await store.transact(async (db) => {
    await requireRole(db, visit, 'owner');
    const open = await db
      .selectFrom('workspace_invitations')
      .select('invited_id')
      .where('workspace_id', '=', workspaceId)
      .execute();
    if (open.length >= MOST_INVITATIONS)
      throw new HttpError('payload_too_large', 'This workspace has too many open invitations.');
    const { invitedId, publicKey, exists } = invited;
    const row = { public_key: publicKey, inviter_id: accountId, created_at: now.toISOString() };
    await db
      .insertInto('workspace_invitations')
      .values({
        ...{ workspace_id: workspaceId, invited_id: invitedId, account_id: exists ? invitedId : null },
        ...row,
      })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'invited_id']).doUpdateSet(row))
      .execute();
  });
}

/**
 * Takes an invitation back.
 *
 * @throws HttpError `not_found`, `forbidden`
 */
export async function deleteInvitation(store: Store, visit: Visit, invitedId: string): Promise<void> {
  await store.transact(async (db) => {
    await requireRole(db, visit, 'owner');
    const { numDeletedRows } = await db
      .deleteFrom('workspace_invitations')
      .where('workspace_id', '=', visit.workspaceId)
      .where('invited_id', '=', invitedId)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw new HttpError('not_found');
  });
  await store.scrub();
}

/**
 * Notes which epoch a member has accepted, and what it keeps sealed of it. An earlier one changes nothing: another device of the
 * member was faster.
 *
 * @throws HttpError `not_found`, `bad_request` for an epoch that is still to come
 */
export async function acceptEpoch(
  store: Store,
  { workspaceId, accountId }: Visit,
  { epoch, membership }: { epoch: number; membership: string },
): Promise<void> {
  await store.transact(async (db) => {
    const place = await readPlace(db, { workspaceId, accountId });
    const present = await db
      .selectFrom('workspaces')
      .select('epoch')
      .where('id', '=', workspaceId)
      .executeTakeFirstOrThrow();
    if (epoch > present.epoch) throw new HttpError('bad_request', 'There is no such epoch yet.');
    if (place.membership !== null && epoch <= place.epoch) return;
    await db
      .updateTable('workspace_members')
      .set({ epoch, membership })
      .where('workspace_id', '=', workspaceId)
      .where('account_id', '=', accountId)
      .execute();
  });
  await store.scrub();
}

/**
 * Gives up a place or an invitation.
 *
 * @throws HttpError `not_found`, `conflict` for the only owner
 */
export async function leaveWorkspace(store: Store, visit: Visit): Promise<void> {
  const { workspaceId, accountId } = visit;
  await store.transact(async (db) => {
    const { numDeletedRows: declined } = await db
      .deleteFrom('workspace_invitations')
      .where('workspace_id', '=', workspaceId)
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    const place = await readPlace(db, visit).catch(() => undefined);
    if (!place) {
      if (declined > 0n) return;
      throw new HttpError('not_found');
    }
    const owners = await db
      .selectFrom('workspace_members')
      .select('account_id')
      .where('workspace_id', '=', workspaceId)
      .where('role', '=', 'owner')
      .where('membership', 'is not', null)
      .execute();
    if (owners.length === 1 && owners[0]?.account_id === accountId)
      throw new HttpError(
        'conflict',
        'The only owner cannot leave: make another one, or delete the workspace.',
      );
    for (const table of ['workspace_members', 'workspace_deliveries'] as const)
      await db
        .deleteFrom(table)
        .where('workspace_id', '=', workspaceId)
        .where('account_id', '=', accountId)
        .execute();
  });
  await store.scrub();
}
