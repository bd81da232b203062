/** The key pair of the account that asks: stored once, sealed, and given back to it alone. */
import { identitySchema, routes } from '@sealscribe/protocol';
import { insertIdentity, readIdentity } from '../store/identities.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Get and put. */
export function registerIdentities(context: VaultContext): void {
  const { store } = context;

  vaultRoute(context, routes.getIdentity, async (request) => readIdentity(store.db, request.accountId));

  vaultRoute(context, routes.putIdentity, async (request, reply) => {
    const identity = validate(identitySchema, request.body);
    await insertIdentity(store, request.accountId, identity);
    reply.code(201);
    return identity;
  });
}
