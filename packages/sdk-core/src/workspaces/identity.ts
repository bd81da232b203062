/**
 * The key pair by which others know an account (docs/formats.md, workspace-v1). It is made when its owner first asks for it, and
 * kept on the server with its private key sealed.
 */
import {
  createIdentity,
  decodeBase64url,
  encodeBase64url,
  identityFingerprint,
  openIdentity,
} from '@sealscribe/crypto';
import { identitySchema, routes } from '@sealscribe/protocol';
import { ApiError } from '../errors.js';
import { isNotFound, type Http } from '../http.js';
import { verified } from '../integrity.js';

/** An unlocked account. */
export interface UnlockedAccount {
  readonly accountId: string;
  /** @throws SealscribeError "locked" */
  accountKey(): CryptoKey;
}

/** Somebody's public key, with what it is known by. */
export interface PublicIdentity {
  accountId: string;
  publicKey: Uint8Array;
  /** 32 bytes. */
  fingerprint: Uint8Array;
}

/** One's own. */
export interface OpenIdentity extends PublicIdentity {
  keyPair: CryptoKeyPair;
}

/** A public key as the server gives it. */
export async function publicIdentity(stored: {
  accountId: string;
  publicKey: string;
}): Promise<PublicIdentity> {
  const { accountId } = stored;
  const publicKey = decodeBase64url(stored.publicKey);
  return {
    accountId,
    publicKey,
    fingerprint: await verified(() => identityFingerprint({ accountId, publicKey })),
  };
}

/**
 * The key pair of an account; made where there is none.
 * @throws IntegrityError "authentication_failed" when the server gives another
 */
export async function ensureIdentity(http: Http, account: UnlockedAccount): Promise<OpenIdentity> {
  return (await readIdentity(http, account)) ?? (await makeIdentity(http, account));
}

async function readIdentity(http: Http, account: UnlockedAccount): Promise<OpenIdentity | undefined> {
  try {
    const stored = await http.json(routes.getIdentity, identitySchema);
    const { accountId } = account;
    const known = await publicIdentity({ accountId, publicKey: stored.publicKey });
    const sealed = decodeBase64url(stored.privateKey);
    return { ...known, keyPair: await verified(() => openIdentity(account.accountKey(), known, sealed)) };
  } catch (failure) {
    if (isNotFound(failure)) return undefined;
    throw failure;
  }
}

async function makeIdentity(http: Http, account: UnlockedAccount): Promise<OpenIdentity> {
  const { accountId } = account;
  const { publicKey, keyPair, sealed } = await verified(() =>
    createIdentity(account.accountKey(), accountId),
  );
  const json = { publicKey: encodeBase64url(publicKey), privateKey: encodeBase64url(sealed) };
  try {
    await http.json(routes.putIdentity, identitySchema, { json });
  } catch (failure) {
    // Another device was faster, or the first answer got lost.
    const present =
      failure instanceof ApiError && failure.code === 'conflict'
        ? await readIdentity(http, account)
        : undefined;
    if (!present) throw failure;
    return present;
  }
  return { accountId, publicKey, keyPair, fingerprint: await identityFingerprint({ accountId, publicKey }) };
}
