/**
 * Sessions and API keys: 32 random bytes that a client sends with every request, of which the server keeps only a hash.
 * Sessions live for a fixed time from sign-in and are not prolonged; API keys until they expire or are deleted.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { API_KEY_PREFIX, type ApiKeyCreated, type Session } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { findApiKey, insertApiKey } from '../store/api-keys.js';
import type { Store } from '../store/index.js';
import { findSession, insertSession } from '../store/sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose session or API key the request came with; set by {@link requireSession}. */
    accountId: string;
    /** Hash of that session's token; empty when it came with an API key. */
    sessionHash: string;
  }
}

const BEARER = new RegExp(`^Bearer (${API_KEY_PREFIX})?([A-Za-z0-9_-]{43})$`, 'i');

/** Makes a session that lives for `days`; the token in it is shown this once. */
export async function startSession(
  store: Store,
  accountId: string,
  now: Date,
  days: number,
): Promise<Session> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + days * 86_400_000);
  await insertSession(store, { tokenHash: hashToken(token), accountId, createdAt: now, expiresAt });
  return { token, accountId, expiresAt: expiresAt.toISOString() };
}

/** Makes an API key; the key in the answer is shown this once. */
export async function createApiKey(
  store: Store,
  accountId: string,
  now: Date,
  days: number | undefined,
): Promise<ApiKeyCreated> {
  const id = randomBytes(16).toString('base64url');
  const key = randomBytes(32).toString('base64url');
  const createdAt = now.toISOString();
  const expiresAt = days === undefined ? null : new Date(now.getTime() + days * 86_400_000).toISOString();
  const row = { id, created_at: createdAt, expires_at: expiresAt, key_hash: hashToken(key) };
  await insertApiKey(store, accountId, row);
  return { id, createdAt, expiresAt, key: `${API_KEY_PREFIX}${key}` };
}

/**
 * A hook (onRequest, before any body is read, or preHandler) that lets only signed-in clients pass, and API keys unless only a
 * session will do.
 *
 * @throws HttpError `unauthorized` without a token, with a malformed, unknown or expired one; `forbidden` for an API key where
 * it is not enough
 */
export function requireSession(
  store: Store,
  clock: () => number = Date.now,
  sessionOnly = false,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const [, prefix, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw new HttpError('unauthorized');
    const isApiKey = prefix !== undefined;
    const hash = hashToken(token);
    const accountId = await (isApiKey ? findApiKey : findSession)(store, hash, new Date(clock()));
    if (accountId === undefined) throw new HttpError('unauthorized');
    if (isApiKey && sessionOnly)
      throw new HttpError('forbidden', 'An API key cannot do this: sign in with the password.');
    request.accountId = accountId;
    request.sessionHash = isApiKey ? '' : hash;
  };
}

/** The id under which a session is listed: it says nothing that helps to use the session. */
export function sessionIdOf(tokenHash: string): string {
  return Buffer.from(tokenHash, 'base64url').subarray(0, 16).toString('base64url');
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
