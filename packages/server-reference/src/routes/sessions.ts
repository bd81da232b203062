/**
 * Who is signed in: sign-in and sign-out, the list of sessions and ending one, API keys.
 */
import { createApiKeyRequestSchema, routes, signInRequestSchema } from '@sealscribe/protocol';
import { normalizeEmail } from '../auth/email.js';
import { createApiKey, sessionIdOf, startSession } from '../auth/session.js';
import { HttpError } from '../http-error.js';
import { deleteApiKey, listApiKeys } from '../store/api-keys.js';
import { deleteSession, listSessions } from '../store/sessions.js';
import { perMinute } from './rate-limit.js';
import { idOf, validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Sessions and API keys. */
export function registerSessions(context: VaultContext): void {
  const { store, credentials, limits, clock } = context;

  vaultRoute(
    context,
    routes.signIn,
    async (request) => {
      const { email, authKey } = validate(signInRequestSchema, request.body);
      const account = await credentials.check(normalizeEmail(email), authKey, request.ip);
      return startSession(store, account.id, new Date(clock()), limits.sessionDays);
    },
    perMinute(limits.signInsPerMinute),
  );

  vaultRoute(context, routes.signOut, async (request, reply) => {
    await deleteSession(store, request.sessionHash);
    return reply.code(204).send();
  });

  vaultRoute(context, routes.listSessions, async (request) => ({
    sessions: (await listSessions(store, request.accountId, new Date(clock()))).map((session) => ({
      id: sessionIdOf(session.token_hash),
      createdAt: session.created_at,
      expiresAt: session.expires_at,
      current: session.token_hash === request.sessionHash,
    })),
  }));

  vaultRoute(context, routes.endSession, async (request, reply) => {
    const id = idOf(request);
    const sessions = await listSessions(store, request.accountId, new Date(clock()));
    const session = sessions.find(({ token_hash }) => sessionIdOf(token_hash) === id);
    if (session === undefined) throw new HttpError('not_found');
    await deleteSession(store, session.token_hash);
    return reply.code(204).send();
  });

  vaultRoute(context, routes.listApiKeys, async (request) => ({
    apiKeys: (await listApiKeys(store, request.accountId)).map((key) => ({
      id: key.id,
      createdAt: key.created_at,
      expiresAt: key.expires_at,
    })),
  }));

  vaultRoute(context, routes.createApiKey, async (request, reply) => {
    const { expiresInDays } = validate(createApiKeyRequestSchema, request.body ?? {});
    reply.code(201);
    return createApiKey(store, request.accountId, new Date(clock()), expiresInDays);
  });

  vaultRoute(context, routes.deleteApiKey, async (request, reply) => {
    await deleteApiKey(store, request.accountId, idOf(request));
    return reply.code(204).send();
  });
}
