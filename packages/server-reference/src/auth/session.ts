/**
 * Sessions: 32 random bytes that a client sends with every request, of which the server keeps only a hash. They live for a
 * fixed time from sign-in and are not prolonged.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Session } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Store } from '../store/index.js';
import { findSession, insertSession } from '../store/sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose session the request came with; set by {@link requireSession}. */
    accountId: string;
    /** Hash of that session's token. */
    sessionHash: string;
  }
}

const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

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

/**
 * A hook (onRequest, before any body is read, or preHandler) that lets only signed-in clients pass.
 *
 * @throws HttpError `unauthorized` without a token, with a malformed, unknown or expired one
 */
export function requireSession(
  store: Store,
  clock: () => number = Date.now,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw new HttpError('unauthorized');
    const sessionHash = hashToken(token);
    const accountId = await findSession(store, sessionHash, new Date(clock()));
    if (accountId === undefined) throw new HttpError('unauthorized');
    request.accountId = accountId;
    request.sessionHash = sessionHash;
  };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
