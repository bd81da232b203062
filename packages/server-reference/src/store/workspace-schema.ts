/**
 * The tables of identities and workspaces: who is in which workspace, public keys, and bytes that only members open. The
 * transcripts of workspaces lie in tables like those of accounts: see workspace-tables.ts.
 */
import type { Role } from '@sealscribe/protocol';

/** An account's key pair; the private key is sealed under the account key. */
export interface IdentitiesTable {
  account_id: string;
  public_key: string;
  private_key: string;
}

/** A workspace. */
export interface WorkspacesTable {
  id: string;
  epoch: number;
  /** Which key of the workspace is in force. */
  key_number: number;
  /** Its name, sealed. */
  card: string;
  /** Sealed bytes of its transcripts and index. */
  stored_bytes: number;
  created_at: string;
}

/** Somebody who is in a workspace. */
export interface WorkspaceMembersTable {
  workspace_id: string;
  account_id: string;
  role: Role;
  /** The last epoch that the member accepted, or was invited with. */
  epoch: number;
  /** What the member accepted, sealed under the account key; null until then. */
  membership: string | null;
}

/** Rosters of a workspace, as long as a member needs them to go on from what it accepted last. */
export interface WorkspaceEpochsTable {
  workspace_id: string;
  epoch: number;
  sender: string;
  /** JSON of the protocol's roster: accounts, roles, public keys. */
  roster: string;
}

/** The workspace's key, delivered to a member at an epoch. */
export interface WorkspaceDeliveriesTable {
  workspace_id: string;
  epoch: number;
  account_id: string;
  delivery: string;
}

/** Somebody who is asked to join, and to whom nothing is sealed yet. */
export interface WorkspaceInvitationsTable {
  workspace_id: string;
  /** The account, or one that was made up. */
  invited_id: string;
  /** Null where it was made up. */
  account_id: string | null;
  public_key: string;
  inviter_id: string;
  created_at: string;
}

/** All of them by name. */
export interface WorkspaceSchema {
  identities: IdentitiesTable;
  workspaces: WorkspacesTable;
  workspace_members: WorkspaceMembersTable;
  workspace_epochs: WorkspaceEpochsTable;
  workspace_deliveries: WorkspaceDeliveriesTable;
  workspace_invitations: WorkspaceInvitationsTable;
}
