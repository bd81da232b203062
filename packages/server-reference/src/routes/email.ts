/**
 * Another email: asked for with the password in force and the complete new key record, in force once a code that reached the new
 * address confirms it. Until then the old address signs in and the new one does not.
 */
import {
  confirmEmailRequestSchema,
  replaceKeysRequestSchema,
  routes,
  type PendingEmail,
} from '@sealscribe/protocol';
import { codeOf, isCodeOf } from '../auth/email-code.js';
import { hashKeys } from '../auth/hash-keys.js';
import { HttpError } from '../http-error.js';
import { findAccountByEmail, readAccount, replaceKeys } from '../store/accounts.js';
import {
  deletePendingEmail,
  findPendingEmail,
  putPendingEmail,
  type PendingChange,
} from '../store/pending-emails.js';
import { replacedVersion } from './keys.js';
import { perMinute } from './rate-limit.js';
import { etagOf } from './revisions.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

const LIFETIME_MS = 86_400_000;

/** Asking, looking, taking back, confirming. */
export function registerEmail(context: VaultContext): void {
  const { store, credentials, limits, clock, sendEmail } = context;

  const shown = ({ keys, expiresAt }: PendingChange): PendingEmail => ({
    email: keys.email,
    expiresAt,
    codeFrom: sendEmail ? 'email' : 'operator',
  });

  vaultRoute(
    context,
    routes.changeEmail,
    async (request, reply) => {
      const { authKey, keys } = validate(replaceKeysRequestSchema, request.body);
      const replaces = replacedVersion(request, keys);
      const account = await readAccount(store.db, request.accountId);
      if (account.keyVersion !== replaces) throw new HttpError('revision_conflict');
      const { id } = await credentials.check(account.email, authKey, request.ip);
      if (keys.recovery !== undefined)
        throw new HttpError('bad_request', 'The field "keys.recovery" stays as it is with another email.');
      const hashed = await hashKeys(keys);
      if (await findAccountByEmail(store.db, hashed.email)) throw new HttpError('email_taken');
      const now = new Date(clock());
      const expiresAt = new Date(now.getTime() + LIFETIME_MS).toISOString();
      const change = { accountId: id, keys: hashed, expiresAt };
      await putPendingEmail(store, change, now);
      try {
        const code = codeOf(store.secret, change);
        await sendEmail?.({ kind: 'confirm_email', to: hashed.email, code, expiresAt });
      } catch (cause) {
        await deletePendingEmail(store.db, id, hashed.authHash);
        throw new HttpError('unavailable', 'The code could not be sent.', { cause, retryAfter: 300 });
      }
      return reply.code(202).send(shown(change));
    },
    perMinute(limits.emailsPerMinute),
  );

  vaultRoute(context, routes.getPendingEmail, async (request) => {
    const change = await findPendingEmail(store.db, request.accountId, new Date(clock()));
    return { pending: change ? shown(change) : null };
  });

  vaultRoute(context, routes.cancelEmail, async (request, reply) => {
    await store.free(() => deletePendingEmail(store.db, request.accountId));
    await store.scrub();
    return reply.code(204).send();
  });

  vaultRoute(
    context,
    routes.confirmEmail,
    async (request, reply) => {
      const { code } = validate(confirmEmailRequestSchema, request.body);
      const now = new Date(clock());
      const { id, email: before } = await readAccount(store.db, request.accountId);
      const change = await findPendingEmail(store.db, id, now);
      if (!change || !isCodeOf(store.secret, change, code)) throw new HttpError('wrong_code');
      const { keys } = change;
      await replaceKeys(store, id, keys, request.sessionHash, now, async (db) => {
        // Taken back, or asked for anew, in the meantime.
        if (!(await deletePendingEmail(db, id, keys.authHash))) throw new HttpError('wrong_code');
      });
      // That nobody could be told is no reason to take it back.
      await sendEmail?.({ kind: 'email_changed', to: before }).catch(() => undefined);
      reply.header('etag', etagOf(keys.keyVersion));
      return { keyVersion: keys.keyVersion };
    },
    perMinute(limits.emailsPerMinute),
  );
}
