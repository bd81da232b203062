/**
 * Sign-in and sign-out.
 */
import { routes, signInRequestSchema } from '@sealscribe/protocol';
import { normalizeEmail } from '../auth/email.js';
import { startSession } from '../auth/session.js';
import { deleteSession } from '../store/sessions.js';
import { perMinute } from './rate-limit.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Sign-in and sign-out. */
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
}
