/**
 * Workspaces as their members see them: what is theirs, who is in it, and the rosters since the last one that they accepted. Who is
 * not a member sees nothing, as if there were nothing.
 */
import type { Role, StoredRoster, StoredWorkspace, WorkspaceList } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Connection, Store } from './index.js';

/** Which workspace, and who asks. */
export interface Visit {
  workspaceId: string;
  accountId: string;
}

/** Somebody's place in a workspace. */
export interface Place {
  role: Role;
  /** The last epoch that the member accepted, or was invited with. */
  epoch: number;
  /** Null where it was not accepted yet. */
  membership: string | null;
}

/**
 * The place that somebody has in a workspace.
 *
 * @throws HttpError `not_found` where they have none
 */
export async function readPlace(db: Connection, { workspaceId, accountId }: Visit): Promise<Place> {
  const place = await db
    .selectFrom('workspace_members')
    .select(['role', 'epoch', 'membership'])
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (place === undefined) throw new HttpError('not_found');
  return place;
}

/**
 * Lets members pass who accepted, and have one of these roles where any are named.
 *
 * @throws HttpError `not_found`, `forbidden`
 */
export async function requireRole(db: Connection, visit: Visit, ...roles: Role[]): Promise<void> {
  const { role, membership } = await readPlace(db, visit);
  if (membership === null) throw new HttpError('forbidden', 'The invitation has not been accepted yet.');
  if (roles.length > 0 && !roles.includes(role))
    throw new HttpError('forbidden', `This needs the role ${roles.join(' or ')}.`);
}

/** The workspaces that an account is in, and those that it is asked into. */
export async function listWorkspaces(db: Connection, accountId: string): Promise<WorkspaceList> {
  const places = await db
    .selectFrom('workspace_members')
    .select(['workspace_id as id', 'role', 'membership'])
    .where('account_id', '=', accountId)
    .orderBy('workspace_id')
    .execute();
  const invitations = await db
    .selectFrom('workspace_invitations as invitation')
    .innerJoin('identities', 'identities.account_id', 'invitation.inviter_id')
    .select(['invitation.workspace_id as id', 'invitation.created_at as createdAt'])
    .select(['invitation.inviter_id as inviterId', 'identities.public_key as publicKey'])
    .where('invitation.account_id', '=', accountId)
    .orderBy('invitation.workspace_id')
    .execute();
  return {
    workspaces: places.map(({ id, role, membership }) => ({ id, role, state: stateOf(membership) })),
    invitations: invitations.map(({ id, createdAt, inviterId, publicKey }) => ({
      ...{ id, createdAt },
      inviter: { accountId: inviterId, publicKey },
    })),
  };
}

/**
 * A workspace for one of its members.
 *
 * @throws HttpError `not_found`
 */
export async function readWorkspace(store: Store, visit: Visit): Promise<StoredWorkspace> {
  return store.transact((db) => workspaceIn(db, visit));
}

/** The same inside a transaction. */
export async function workspaceIn(db: Connection, visit: Visit): Promise<StoredWorkspace> {
  const { workspaceId, accountId } = visit;
  const place = await readPlace(db, visit);
  const { card } = await db
    .selectFrom('workspaces')
    .select('card')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const epochs = await db
    .selectFrom('workspace_epochs as epochs')
    .innerJoin('workspace_deliveries as deliveries', (join) =>
      join
        .onRef('deliveries.workspace_id', '=', 'epochs.workspace_id')
        .onRef('deliveries.epoch', '=', 'epochs.epoch'),
    )
    .select(['epochs.roster', 'epochs.sender', 'deliveries.delivery'])
    .where('epochs.workspace_id', '=', workspaceId)
    .where('epochs.epoch', '>=', place.epoch)
    .where('deliveries.account_id', '=', accountId)
    .orderBy('epochs.epoch')
    .execute();
  const present = await db
    .selectFrom('workspace_members')
    .select(['account_id', 'membership'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('account_id')
    .execute();
  const invitations = await db
    .selectFrom('workspace_invitations')
    .select(['invited_id as accountId', 'public_key as publicKey'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('invited_id')
    .execute();
  return {
    ...{ id: workspaceId, card, membership: place.membership },
    epochs: epochs.map((epoch) => ({ ...epoch, roster: JSON.parse(epoch.roster) as StoredRoster })),
    present: present.map((row) => ({ accountId: row.account_id, state: stateOf(row.membership) })),
    invitations: place.role === 'owner' ? invitations : [],
  };
}

const stateOf = (membership: string | null) => (membership === null ? 'invited' : 'member');

/** The number of the key that is in force. */
export async function readKeyNumber(store: Store, workspaceId: string): Promise<number> {
  const found = await store.db
    .selectFrom('workspaces')
    .select('key_number')
    .where('id', '=', workspaceId)
    .executeTakeFirst();
  if (found === undefined) throw new HttpError('not_found');
  return found.key_number;
}
