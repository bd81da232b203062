/**
 * The key record: read by a signed-in client, replaced only by one that also proves the password in force (a stolen session
 * alone cannot shut the owner out).
 */
import { replaceKeysRequestSchema, routes } from '@sealscribe/protocol';
import { hashAuthKey } from '../auth/auth-key.js';
import { normalizeEmail } from '../auth/email.js';
import { HttpError } from '../http-error.js';
import { readAccount, replaceKeys, storedKeysOf } from '../store/accounts.js';
import { etagOf, replacedRevision } from './revisions.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Reading and replacing the key record. */
export function registerKeys(context: VaultContext): void {
  const { store, credentials, clock } = context;

  vaultRoute(context, routes.getKeys, async (request, reply) => {
    const account = await readAccount(store.db, request.accountId);
    reply.header('etag', etagOf(account.keyVersion));
    return storedKeysOf(account);
  });

  vaultRoute(context, routes.putKeys, async (request, reply) => {
    const { authKey: oldAuthKey, keys } = validate(replaceKeysRequestSchema, request.body);
    const { authKey, ...record } = keys;
    const replaces = replacedRevision(request);
    if (record.keyVersion !== replaces + 1)
      throw new HttpError('bad_request', 'The field "keys.keyVersion" must be one more than If-Match.');
    const account = await readAccount(store.db, request.accountId);
    // Before the password: whoever lost a race to another device has an outdated one and is to start again.
    if (account.keyVersion !== replaces) throw new HttpError('revision_conflict');
    await credentials.check(account.email, oldAuthKey, request.ip);
    const authHash = await hashAuthKey(authKey);
    const email = normalizeEmail(record.email);
    await replaceKeys(
      store,
      account.id,
      { ...record, email, authHash },
      request.sessionHash,
      new Date(clock()),
    );
    reply.header('etag', etagOf(record.keyVersion));
    return { keyVersion: record.keyVersion };
  });
}
