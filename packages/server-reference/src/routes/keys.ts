/**
 * The key record: read by a signed-in client, replaced only by one that also proves the password in force (a stolen session
 * alone cannot shut the owner out), or the recovery key.
 */
import {
  recoverRequestSchema,
  replaceByRecoveryRequestSchema,
  replaceKeysRequestSchema,
  rotateRequestSchema,
  routes,
  type KeyRecord,
} from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { normalizeEmail } from '../auth/email.js';
import { hashKeys } from '../auth/hash-keys.js';
import { startSession } from '../auth/session.js';
import { HttpError } from '../http-error.js';
import { readAccount, replaceKeys, storedKeysOf, type Account } from '../store/accounts.js';
import { rotateSecrets } from '../store/identities.js';
import { rotateTranscriptKeys } from '../store/rotation.js';
import { perMinute } from './rate-limit.js';
import { etagOf, replacedIndex, replacedRevision } from './revisions.js';
import { validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Bytes of a rotation: the keys of some ten thousand transcripts, and the index that lists them. */
const ROTATION_BYTES = 8 * 1024 * 1024;

/** Reading, replacing, recovering and rotating. */
export function registerKeys(context: VaultContext): void {
  const { store, credentials, limits, clock } = context;

  vaultRoute(context, routes.getKeys, async (request, reply) => {
    const account = await readAccount(store.db, request.accountId);
    reply.header('etag', etagOf(account.keyVersion));
    return storedKeysOf(account);
  });

  /** The account of a session, once the session's request has proved its password too. */
  const provenAccount = async (
    request: FastifyRequest,
    keys: KeyRecord,
    authKey: string,
  ): Promise<Account> => {
    const replaces = replacedVersion(request, keys);
    const account = await readAccount(store.db, request.accountId);
    // Before the password: whoever lost a race to another device has an outdated one and is to start again.
    if (account.keyVersion !== replaces) throw new HttpError('revision_conflict');
    await credentials.check(account.email, authKey, request.ip);
    checkEmail(account, keys);
    return account;
  };

  vaultRoute(context, routes.putKeys, async (request, reply) => {
    const { authKey, keys } = validate(replaceKeysRequestSchema, request.body);
    const { id } = await provenAccount(request, keys, authKey);
    const now = new Date(clock());
    await replaceKeys(store, id, await hashKeys(keys), request.sessionHash, now, async () => undefined);
    reply.header('etag', etagOf(keys.keyVersion));
    return { keyVersion: keys.keyVersion };
  });

  vaultRoute(
    context,
    routes.rotateKeys,
    async (request, reply) => {
      const { authKey, keys, transcriptKeys, shareLinks, index, ...secrets } = validate(
        rotateRequestSchema,
        request.body,
      );
      const indexRevision = replacedIndex(request);
      const { id } = await provenAccount(request, keys, authKey);
      if (keys.recovery === undefined)
        throw new HttpError(
          'bad_request',
          'The field "keys.recovery" is missing: the old one opens the old key.',
        );
      const rotation = {
        accountId: id,
        transcriptKeys,
        shareLinks: shareLinks ?? {},
        index: { replaces: indexRevision, sealed: Buffer.from(index, 'base64url') },
        bound: limits.accountBytes,
        now: new Date(clock()),
      };
      const { now } = rotation;
      const written = await replaceKeys(store, id, await hashKeys(keys), request.sessionHash, now, (db) =>
        rotateSecrets(db, id, secrets).then(() => rotateTranscriptKeys(db, rotation)),
      );
      reply.header('etag', etagOf(keys.keyVersion));
      return { keyVersion: keys.keyVersion, indexRevision: written };
    },
    { bodyLimit: ROTATION_BYTES },
  );

  vaultRoute(
    context,
    routes.recover,
    async (request) => {
      const { email, recoveryAuthKey } = validate(recoverRequestSchema, request.body);
      const account = await credentials.check(normalizeEmail(email), recoveryAuthKey, request.ip, 'recovery');
      return { accountId: account.id, keyVersion: account.keyVersion, wrap: account.recovery?.wrap };
    },
    perMinute(limits.signInsPerMinute),
  );

  vaultRoute(
    context,
    routes.putKeysByRecovery,
    async (request, reply) => {
      const { email, recoveryAuthKey, keys } = validate(replaceByRecoveryRequestSchema, request.body);
      const replaces = replacedVersion(request, keys);
      const account = await credentials.check(normalizeEmail(email), recoveryAuthKey, request.ip, 'recovery');
      if (account.keyVersion !== replaces) throw new HttpError('revision_conflict');
      checkEmail(account, keys);
      const now = new Date(clock());
      await replaceKeys(store, account.id, await hashKeys(keys), undefined, now, async () => undefined);
      reply.header('etag', etagOf(keys.keyVersion));
      return startSession(store, account.id, now, limits.sessionDays);
    },
    perMinute(limits.signInsPerMinute),
  );
}

/** The address that a record is for is the account's: another one has to be confirmed first (email.ts). */
function checkEmail({ email }: Account, keys: KeyRecord): void {
  if (normalizeEmail(keys.email) !== email)
    throw new HttpError('bad_request', 'The field "keys.email" must be the address of the account.');
}

/** The version that a record replaces, which must be the one before its own. */
export function replacedVersion(request: FastifyRequest, keys: KeyRecord): number {
  const replaces = replacedRevision(request);
  if (keys.keyVersion !== replaces + 1)
    throw new HttpError('bad_request', 'The field "keys.keyVersion" must be one more than If-Match.');
  return replaces;
}
