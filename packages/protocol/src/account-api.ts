/**
 * Shapes of requests and answers about accounts, their keys, sessions and API keys. The server checks shapes and sizes here;
 * whether key-derivation parameters are strong is the client's check.
 */
import * as z from 'zod/mini';
import {
  authKey,
  base64urlOf,
  email,
  idSchema,
  iterations,
  revision,
  salt,
  timestamp,
  wrappedKey,
} from './fields.js';
import { identitySchema, membershipSchema } from './workspace-api.js';

const wraps = z.strictObject({ password: wrappedKey });
/** The account key sealed under the recovery key, and what proves that key. */
const recovery = z.strictObject({ authKey, wrap: wrappedKey });

/**
 * The key record as its owner writes it: see docs/formats.md, account-v1. Without `recovery`, a record keeps the one that it
 * replaces; null removes it.
 */
export const keyRecordSchema = z.strictObject({
  email,
  salt,
  iterations,
  keyVersion: revision,
  authKey,
  wraps,
  recovery: z.optional(z.nullable(recovery)),
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;

export const signUpRequestSchema = z.strictObject({ accountId: idSchema, keys: keyRecordSchema });
export type SignUpRequest = z.infer<typeof signUpRequestSchema>;

export const preloginRequestSchema = z.strictObject({ email });
export const preloginAnswerSchema = z.strictObject({ salt, iterations });
export type PreloginAnswer = z.infer<typeof preloginAnswerSchema>;

export const signInRequestSchema = z.strictObject({ email, authKey });
export type SignInRequest = z.infer<typeof signInRequestSchema>;

/** Answer to sign-up and sign-in. The token goes into `Authorization: Bearer`. */
export const sessionSchema = z.strictObject({
  token: base64urlOf(32),
  accountId: idSchema,
  expiresAt: timestamp,
});
/** A sign-in: its token is a secret, and says who somebody is but opens nothing. */
export type Session = z.infer<typeof sessionSchema>;

/** The key record as the server gives it back: without anything that authenticates. */
export const storedKeysSchema = z.strictObject({
  accountId: idSchema,
  email,
  salt,
  iterations,
  keyVersion: revision,
  wraps,
  /** Whether there is a recovery key. */
  recovery: z.boolean(),
});
export type StoredKeys = z.infer<typeof storedKeysSchema>;

/** Replaces the whole key record. `authKey` is the one in force until now; If-Match carries its keyVersion. */
export const replaceKeysRequestSchema = z.strictObject({ authKey, keys: keyRecordSchema });
export type ReplaceKeysRequest = z.infer<typeof replaceKeysRequestSchema>;
export const replaceKeysAnswerSchema = z.strictObject({ keyVersion: revision });

/** Proves the recovery key. The answer is what that key opens. */
export const recoverRequestSchema = z.strictObject({ email, recoveryAuthKey: authKey });
export const recoverAnswerSchema = z.strictObject({
  accountId: idSchema,
  keyVersion: revision,
  wrap: wrappedKey,
});
export type RecoverAnswer = z.infer<typeof recoverAnswerSchema>;
/** Sets a new password and a new recovery key with the old recovery key. If-Match carries the keyVersion that is replaced. */
export const replaceByRecoveryRequestSchema = z.strictObject({
  email,
  recoveryAuthKey: authKey,
  keys: z.extend(keyRecordSchema, { recovery }),
});

/**
 * Puts another account key in the place of the old one: the key record, the key of every transcript sealed anew under it, and
 * the index. If-Match carries the keyVersion, the index's header its revision.
 */
export const rotateRequestSchema = z.strictObject({
  authKey,
  keys: keyRecordSchema,
  transcriptKeys: z.record(idSchema, wrappedKey),
  /** The secret of every link, sealed anew likewise. */
  shareLinks: z.optional(z.record(idSchema, wrappedKey)),
  index: z.string().check(z.regex(/^[A-Za-z0-9_-]*$/)),
  /** The private key of the account's identity, where it has one, and its memberships by workspace, sealed anew. */
  privateKey: z.optional(identitySchema.shape.privateKey),
  memberships: z.optional(z.record(idSchema, membershipSchema)),
});
export const rotateAnswerSchema = z.strictObject({ keyVersion: revision, indexRevision: z.int() });

export const sessionInfoSchema = z.strictObject({
  id: idSchema,
  createdAt: timestamp,
  expiresAt: timestamp,
  /** Whether it is the session that asks. */
  current: z.boolean(),
});
/** One signed-in client, as the server knows it: not where it is, nor what it is. */
export type SessionInfo = z.infer<typeof sessionInfoSchema>;
export const sessionListSchema = z.strictObject({ sessions: z.array(sessionInfoSchema) });

/** What begins the text of an API key, so that scanners for leaked secrets can find one. */
export const API_KEY_PREFIX = 'sealscribe_';
export const apiKeyInfoSchema = z.strictObject({
  id: idSchema,
  createdAt: timestamp,
  /** Null when it never expires. */
  expiresAt: z.nullable(timestamp),
});
/** An API key, as the server knows it. */
export type ApiKeyInfo = z.infer<typeof apiKeyInfoSchema>;
export const apiKeyListSchema = z.strictObject({ apiKeys: z.array(apiKeyInfoSchema) });
export const createApiKeyRequestSchema = z.strictObject({
  expiresInDays: z.optional(z.int().check(z.gte(1), z.lte(3650))),
});
export const apiKeyCreatedSchema = z.extend(apiKeyInfoSchema, {
  /** The key itself, given this once. */
  key: z.string().check(z.regex(new RegExp(`^${API_KEY_PREFIX}[A-Za-z0-9_-]{43}$`))),
});
/** A new API key. */
export type ApiKeyCreated = z.infer<typeof apiKeyCreatedSchema>;
