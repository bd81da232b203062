/**
 * share-v1: a link that carries its own key (docs/formats.md, section 4).
 *
 *     fragment    = base64url(0x01 || mode || linkSecret)                     never reaches a server; mode 1 has a password
 *     salt        = PBKDF2-HMAC-SHA-256(NFKC(password), bind(share-password, shareId), 600,000), or empty in mode 0
 *     shareKey    = HKDF-SHA-256(linkSecret, salt, bind(share, shareId, mode))
 *     accessToken = HKDF-SHA-256(linkSecret, salt, bind(share-access, shareId, mode))       what the server gets to see
 *
 * The password enters the key: it is no gate that a server could leave open. Expiry and counts of views are not here, they are
 * the server's promise.
 */
import { decodeBase64url, encodeBase64url, type Bytes } from './bytes.js';
import { contexts } from './bind.js';
import { open, seal } from './cobblestone.js';
import { CryptoError } from './errors.js';
import { padDocument, parseDocument, type JsonObject } from './padding.js';
import { encodeText } from './text.js';
import {
  KEY_BYTES,
  checkKeyBytes,
  hkdfBytes,
  hkdfToHmacKey,
  importHkdfKey,
  pbkdf2Bytes,
  randomBytes,
} from './webcrypto.js';

/** 0 = the link alone opens, 1 = link and password. */
export type ShareMode = 0 | 1;

/** What the fragment of a link holds. */
export interface ShareLink {
  mode: ShareMode;
  /** 32 random bytes. */
  linkSecret: Uint8Array;
}

const VERSION = 1;
/** Fixed: whoever has a link chose to trust it, and nobody may make its password cheaper to guess. */
const ITERATIONS = 600_000;

/** The secret of a new link: 32 random bytes. */
export function newLinkSecret(): Bytes {
  return randomBytes(KEY_BYTES);
}

function checkMode(mode: ShareMode): void {
  if (mode !== 0 && mode !== 1) throw new TypeError('mode must be 0 or 1');
}

/** What stands behind the `#` of a link: 46 characters of base64url. */
export function encodeFragment({ mode, linkSecret }: ShareLink): string {
  checkMode(mode);
  checkKeyBytes(linkSecret, 'linkSecret');
  const bytes = new Uint8Array(2 + KEY_BYTES);
  bytes.set([VERSION, mode]);
  bytes.set(linkSecret, 2);
  return encodeBase64url(bytes);
}

/**
 * Reads what stands behind the `#` of a link.
 * @throws CryptoError `unknown_version` when it begins with another version than ours, else `malformed`.
 */
export function decodeFragment(fragment: string): ShareLink {
  const bytes = decodeBase64url(fragment);
  if (bytes.length === 0) throw new CryptoError('malformed');
  const [version, mode] = bytes;
  if (version !== VERSION) throw new CryptoError('unknown_version');
  if (bytes.length !== 2 + KEY_BYTES || (mode !== 0 && mode !== 1)) throw new CryptoError('malformed');
  return { mode, linkSecret: bytes.slice(2) };
}

async function saltOf(shareId: string, mode: ShareMode, password: string | undefined): Promise<Bytes> {
  if (mode === 0) return new Uint8Array();
  if (password === undefined || password === '') throw new TypeError('password must not be empty');
  encodeText(password, 'password');
  const secret = encodeText(password.normalize('NFKC'), 'password');
  try {
    return await pbkdf2Bytes(secret, contexts.sharePassword(shareId), ITERATIONS);
  } finally {
    secret.fill(0);
  }
}

/**
 * Derives what a link gives: the key of the document, and the token that fetches it. About 0.2 s with a password.
 *
 * @param password Needed in mode 1, not looked at in mode 0.
 * @throws TypeError for a bad id, secret or password; CryptoError `kdf_unsupported`, `insecure_context`.
 */
export async function deriveShare(
  shareId: string,
  { mode, linkSecret }: ShareLink,
  password?: string,
): Promise<{ shareKey: CryptoKey; accessToken: Bytes }> {
  checkMode(mode);
  checkKeyBytes(linkSecret, 'linkSecret');
  const [forKey, forAccess] = [contexts.shareKey(shareId, mode), contexts.shareAccess(shareId, mode)];
  const salt = await saltOf(shareId, mode, password);
  const secret = await importHkdfKey(linkSecret);
  try {
    return {
      shareKey: await hkdfToHmacKey(secret, salt, forKey),
      accessToken: await hkdfBytes(secret, salt, forAccess, KEY_BYTES),
    };
  } finally {
    salt.fill(0);
  }
}

/** Seals what is shared, padded like every document. */
export async function sealShare(shareKey: CryptoKey, shareId: string, document: JsonObject): Promise<Bytes> {
  const bytes = padDocument(document);
  try {
    return await seal(shareKey, contexts.shareDocument(shareId), bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * Opens what is shared, under the id of the link.
 * @throws CryptoError `authentication_failed`, `malformed`, `invalid_document`.
 */
export async function openShare(
  shareKey: CryptoKey,
  shareId: string,
  sealed: Uint8Array,
): Promise<JsonObject> {
  return parseDocument(await open(shareKey, contexts.shareDocument(shareId), sealed));
}

/** Seals the secret of a link for its owner, who can show the link again: 104 bytes. */
export async function sealLinkSecret(
  accountKey: CryptoKey,
  shareId: string,
  linkSecret: Uint8Array,
): Promise<Bytes> {
  checkKeyBytes(linkSecret, 'linkSecret');
  return seal(accountKey, contexts.shareLink(shareId), linkSecret);
}

/**
 * Opens what {@link sealLinkSecret} sealed.
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function openLinkSecret(
  accountKey: CryptoKey,
  shareId: string,
  wrap: Uint8Array,
): Promise<Bytes> {
  const linkSecret = await open(accountKey, contexts.shareLink(shareId), wrap);
  if (linkSecret.length !== KEY_BYTES) throw new CryptoError('malformed');
  return linkSecret;
}
