/** What workspaces hand out, as their callers see it. */
import type { Role } from '@sealscribe/protocol';

/** Somebody as the others know them. */
export interface Person {
  readonly accountId: string;
  /** For people to compare, such as `7KQ2-M9XP-AD3R-TT0V-W8ZN`. */
  readonly fingerprint: string;
}

/** Somebody in a workspace. */
export interface Member extends Person {
  /** As whoever brought them in knows them; null where nobody said. */
  readonly email: string | null;
  readonly role: Role;
  /** "invited" has not accepted yet; "left" is out already, and has the key until an owner removes them. */
  readonly state: 'member' | 'invited' | 'left';
}

/** A workspace in the list. */
export interface WorkspaceEntry {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** How many people are in it. */
  readonly members: number;
}

/** Somebody wants this account in a workspace. */
export interface Invitation {
  readonly workspaceId: string;
  /** The owner's fingerprint, as the server tells it: compare it with the one that they see themselves. */
  readonly from: Person;
  /** Whether the owner has confirmed this account's fingerprint, so that it can be accepted. */
  readonly confirmed: boolean;
}
