/**
 * Shapes of requests and answers about identities and workspaces (docs/formats.md, workspace-v1). The server sees who is in a
 * workspace with which role, and public keys; names, transcripts and keys pass it sealed. Bytes are unpadded base64url.
 */
import * as z from 'zod/mini';
import { base64urlOf, email, idSchema, revision, timestamp, wrappedKey } from './fields.js';

const sealed = (least: number, most: number) =>
  z.string().check(z.minLength(least), z.maxLength(most), z.regex(/^[A-Za-z0-9_-]+$/));

/** What somebody may do in a workspace: an owner everything, an editor read and write transcripts, a reader read them. */
export const ROLES = ['owner', 'editor', 'reader'] as const;
/** What somebody may do in a workspace. */
export type Role = (typeof ROLES)[number];
const role = z.enum(ROLES);

/** Most people in one workspace. */
export const MAX_MEMBERS = 100;

/** A P-256 public key, uncompressed. */
const publicKey = base64urlOf(65);
/** An account's key pair: the private key sealed under the account key. */
export const identitySchema = z.strictObject({ publicKey, privateKey: sealed(200, 600) });
export type StoredIdentity = z.infer<typeof identitySchema>;

const rosterMember = z.strictObject({ accountId: idSchema, role, publicKey });
/** Who is in a workspace at one epoch. */
export const rosterSchema = z.strictObject({
  epoch: revision,
  keyNumber: revision,
  /** Hash of the roster before; null for the first. */
  previous: z.nullable(base64urlOf(32)),
  members: z.array(rosterMember).check(z.minLength(1), z.maxLength(MAX_MEMBERS)),
});
export type StoredRoster = z.infer<typeof rosterSchema>;

/** The workspace's key for one member: HPKE encapsulated key (65 bytes) and ciphertext (48). */
const delivery = base64urlOf(113);
const card = sealed(1400, 65_536);
/** Which roster its account accepted last, sealed under the account key. */
export const membershipSchema = sealed(1400, 1600);

/** Writes the next epoch of a workspace; If-Match carries the one before, If-None-Match: * makes the workspace. */
export const writeEpochRequestSchema = z.strictObject({
  roster: rosterSchema,
  /** By account: one for each member who is here. */
  deliveries: z.record(idSchema, delivery),
  card,
  membership: membershipSchema,
  /** With another key: the key of every transcript sealed anew under it, and the index, whose header says what it replaces. */
  rekeyed: z.optional(
    z.strictObject({
      transcriptKeys: z.record(idSchema, wrappedKey),
      index: sealed(1, 11_000_000),
    }),
  ),
});
export type WriteEpochRequest = z.infer<typeof writeEpochRequestSchema>;
export const epochWrittenSchema = z.strictObject({ epoch: revision });

export const workspaceListSchema = z.strictObject({
  workspaces: z.array(
    z.strictObject({
      id: idSchema,
      role,
      /** Whether its key was accepted, or waits for it. */
      state: z.enum(['invited', 'member']),
    }),
  ),
  /** Those who want to invite the account and have not sealed anything to it yet. */
  invitations: z.array(
    z.strictObject({
      id: idSchema,
      inviter: z.strictObject({ accountId: idSchema, publicKey }),
      createdAt: timestamp,
    }),
  ),
});
export type WorkspaceList = z.infer<typeof workspaceListSchema>;

/** A workspace as one of its members gets it. */
export const workspaceSchema = z.strictObject({
  id: idSchema,
  /** From the last epoch that the account accepted (or was invited with) to the present one. */
  epochs: z.array(z.strictObject({ roster: rosterSchema, sender: idSchema, delivery })).check(z.minLength(1)),
  card,
  /** Null until the account accepts. */
  membership: z.nullable(membershipSchema),
  /** The members who are here; who is in the roster alone has left. */
  present: z.array(z.strictObject({ accountId: idSchema, state: z.enum(['invited', 'member']) })),
  /** For owners: those who are invited and not in the roster yet. */
  invitations: z.array(z.strictObject({ accountId: idSchema, publicKey })),
});
export type StoredWorkspace = z.infer<typeof workspaceSchema>;

/** Takes note of the roster that the account accepted. */
export const acceptRequestSchema = z.strictObject({ epoch: revision, membership: membershipSchema });

export const inviteRequestSchema = z.strictObject({ email });
/** Whom an invitation is for: made up where nobody with a key pair has that email. */
export const inviteAnswerSchema = z.strictObject({ accountId: idSchema, publicKey });
