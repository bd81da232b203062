/**
 * Sign-up, and the end: deletion of an account's data or of the account.
 */
import { preloginRequestSchema, routes, signUpRequestSchema } from '@sealscribe/protocol';
import { hashKeys } from '../auth/hash-keys.js';
import { normalizeEmail } from '../auth/email.js';
import { answerPrelogin } from '../auth/prelogin.js';
import { startSession } from '../auth/session.js';
import { createAccount } from '../store/accounts.js';
import { deleteAccount, deleteData } from '../store/deletion.js';
import { perMinute } from './rate-limit.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Sign-up, prelogin and deletion. */
export function registerAccounts(context: VaultContext): void {
  const { store, limits, clock, onDeletion } = context;

  vaultRoute(
    context,
    routes.signUp,
    async (request, reply) => {
      const { accountId, keys } = validate(signUpRequestSchema, request.body);
      const now = new Date(clock());
      await createAccount(store, { id: accountId, ...(await hashKeys(keys)) }, now);
      reply.code(201);
      return startSession(store, accountId, now, limits.sessionDays);
    },
    perMinute(limits.signInsPerMinute),
  );

  vaultRoute(
    context,
    routes.prelogin,
    async (request) => {
      const { email } = validate(preloginRequestSchema, request.body);
      return answerPrelogin(store, normalizeEmail(email));
    },
    perMinute(limits.signInsPerMinute),
  );

  vaultRoute(context, routes.deleteData, async (request, reply) => {
    await deleteData(store, request.accountId);
    onDeletion?.(request.accountId);
    return reply.code(204).send();
  });

  vaultRoute(context, routes.deleteAccount, async (request, reply) => {
    await deleteAccount(store, request.accountId);
    onDeletion?.(request.accountId);
    return reply.code(204).send();
  });
}
