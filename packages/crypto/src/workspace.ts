/**
 * workspace-v1: several people, one set of transcripts (docs/formats.md, section 5). Here is what an identity, a roster and a
 * delivery of the workspace's key are bound to; the delivery itself (HPKE in AUTH mode) is the SDK's, through @hpke/core.
 *
 *     fingerprint  = SHA-256(bind(identity, accountId, public key))        compared by people
 *     roster hash  = SHA-256(bind(roster, workspaceId, epoch, keyNumber, previous roster hash, members))
 *     HPKE info    = bind(workspace-key, workspaceId, epoch, keyNumber, sender, recipient, roster hash)
 *
 * Whoever has the workspace's key can write as anybody else in it: roles are the server's to enforce.
 */
import { checkBytes, concat, type Bytes } from './bytes.js';
import { contexts } from './bind.js';
import { open, seal } from './cobblestone.js';
import { CryptoError } from './errors.js';
import { padDocument, parseDocument, type JsonObject } from './padding.js';
import { isRef } from './sealed.js';
import type { Mark } from './vault-index.js';
import {
  KEY_BYTES,
  checkKeyBytes,
  importEcdhPrivateKey,
  importEcdhPublicKey,
  importHmacKey,
  newEcdhKeyBytes,
  randomBytes,
  sha256Bytes,
} from './webcrypto.js';

/** Bytes of a P-256 public key, uncompressed. */
const PUBLIC_KEY_BYTES = 65;

/** What an identity's key pair is bound to. */
export interface IdentityIds {
  accountId: string;
  /** 65 bytes: an uncompressed point of P-256. */
  publicKey: Uint8Array;
}

/** A person in a roster. */
export interface RosterMember {
  accountId: string;
  role: string;
  /** 32 bytes: see {@link identityFingerprint}. */
  fingerprint: Uint8Array;
}

/** Who is in a workspace, at one epoch. */
export interface Roster {
  workspaceId: string;
  /** 1 at first, one more with every change of the roster. */
  epoch: number;
  /** Which key of the workspace: 1 at first, one more whenever somebody is taken out. */
  keyNumber: number;
  /** Hash of the roster before, 32 bytes; empty for the first. */
  previous: Uint8Array;
  members: readonly RosterMember[];
}

function checkPublicKey(publicKey: Uint8Array): asserts publicKey is Bytes {
  checkBytes(publicKey, 'publicKey');
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new CryptoError('malformed');
}

/**
 * The fingerprint of somebody's public key: 32 bytes.
 * @throws CryptoError `malformed`.
 */
export async function identityFingerprint({ accountId, publicKey }: IdentityIds): Promise<Bytes> {
  checkPublicKey(publicKey);
  return sha256Bytes(contexts.identity(accountId, publicKey));
}

/** Makes the key pair of an account and seals its private key under the account key. */
export async function createIdentity(
  accountKey: CryptoKey,
  accountId: string,
): Promise<{ publicKey: Bytes; keyPair: CryptoKeyPair; sealed: Bytes }> {
  const { publicKey, pkcs8 } = await newEcdhKeyBytes();
  try {
    const sealed = await seal(accountKey, contexts.privateKey(accountId, publicKey), pkcs8);
    return { publicKey, sealed, keyPair: await keyPairOf(publicKey, pkcs8) };
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * Opens the key pair of an account.
 * @throws CryptoError `authentication_failed` when it belongs to another account or public key, `malformed`.
 */
export async function openIdentity(
  accountKey: CryptoKey,
  { accountId, publicKey }: IdentityIds,
  sealed: Uint8Array,
): Promise<CryptoKeyPair> {
  checkPublicKey(publicKey);
  const pkcs8 = await open(accountKey, contexts.privateKey(accountId, publicKey), sealed);
  try {
    return await keyPairOf(publicKey, pkcs8);
  } finally {
    pkcs8.fill(0);
  }
}

async function keyPairOf(publicKey: Bytes, pkcs8: Bytes): Promise<CryptoKeyPair> {
  return {
    publicKey: await importEcdhPublicKey(publicKey),
    privateKey: await importEcdhPrivateKey(pkcs8),
  };
}

/**
 * Seals the private key of an account under another account key.
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function resealIdentity(
  from: { accountKey: CryptoKey; sealed: Uint8Array },
  to: { accountKey: CryptoKey },
  { accountId, publicKey }: IdentityIds,
): Promise<Bytes> {
  checkPublicKey(publicKey);
  const context = contexts.privateKey(accountId, publicKey);
  const pkcs8 = await open(from.accountKey, context, from.sealed);
  try {
    return await seal(to.accountKey, context, pkcs8);
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * The hash of a roster, whatever the order of its members: 32 bytes.
 * @throws TypeError when somebody is in it twice.
 */
export async function rosterHash(roster: Roster): Promise<Bytes> {
  const { workspaceId, epoch, keyNumber, previous, members } = roster;
  if (previous.length > 0) checkKeyBytes(previous, 'previous');
  const ids = new Set(members.map(({ accountId }) => accountId));
  if (ids.size !== members.length) throw new TypeError('members must not hold an account twice');
  const parts = members.map(({ accountId, role, fingerprint }) => {
    checkKeyBytes(fingerprint, 'fingerprint');
    return contexts.member(accountId, role, fingerprint);
  });
  const sorted = parts.sort((a, b) => (hex(a) < hex(b) ? -1 : 1));
  return sha256Bytes(contexts.roster(workspaceId, epoch, keyNumber, previous, concat(...sorted)));
}

/** In the order of the bytes, as text in the order of its characters. */
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** To whom a workspace's key is delivered, by whom, with which roster. */
export interface Delivery {
  workspaceId: string;
  epoch: number;
  keyNumber: number;
  /** Account of the owner who delivers. */
  sender: string;
  recipient: string;
  /** 32 bytes: see {@link rosterHash}. */
  rosterHash: Uint8Array;
}

/** The `info` of the HPKE message that delivers a workspace's key. */
export function deliveryInfo(delivery: Delivery): Bytes {
  const { workspaceId, epoch, keyNumber, sender, recipient, rosterHash: hash } = delivery;
  checkKeyBytes(hash, 'rosterHash');
  return contexts.workspaceKey(workspaceId, epoch, keyNumber, sender, recipient, hash);
}

/** The bytes of a new workspace key: seal them to every member, then overwrite them. */
export function newWorkspaceKeyBytes(): Bytes {
  return randomBytes(KEY_BYTES);
}

/**
 * A workspace's key from its 32 bytes. The key cannot be extracted.
 * @throws TypeError or RangeError when these are not 32 bytes.
 */
export async function importWorkspaceKey(bytes: Uint8Array): Promise<CryptoKey> {
  checkKeyBytes(bytes, 'bytes');
  return importHmacKey(bytes);
}

/** Seals what a workspace says of itself (its name) at an epoch, under its key. */
export async function sealWorkspaceCard(
  workspaceKey: CryptoKey,
  { workspaceId, epoch }: { workspaceId: string; epoch: number },
  card: JsonObject,
): Promise<Bytes> {
  return seal(workspaceKey, contexts.workspaceCard(workspaceId, epoch), padDocument(card));
}

/**
 * Opens it.
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openWorkspaceCard(
  workspaceKey: CryptoKey,
  { workspaceId, epoch }: { workspaceId: string; epoch: number },
  sealed: Uint8Array,
): Promise<JsonObject> {
  return parseDocument(await open(workspaceKey, contexts.workspaceCard(workspaceId, epoch), sealed));
}

/** Seals which roster an account has accepted last (its epoch and hash), so that its other devices go on from there. */
export async function sealMembership(
  accountKey: CryptoKey,
  { accountId, workspaceId }: { accountId: string; workspaceId: string },
  accepted: Mark,
): Promise<Bytes> {
  const { revision, sha256 } = accepted;
  return seal(accountKey, contexts.membership(accountId, workspaceId), padDocument({ revision, sha256 }));
}

/**
 * Opens it.
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openMembership(
  accountKey: CryptoKey,
  { accountId, workspaceId }: { accountId: string; workspaceId: string },
  sealed: Uint8Array,
): Promise<Mark> {
  const accepted = parseDocument(await open(accountKey, contexts.membership(accountId, workspaceId), sealed));
  if (!isRef(accepted)) throw new CryptoError('invalid_document');
  return accepted;
}
