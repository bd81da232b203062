/**
 * account-v1: from a password to the account key (docs/formats.md, section 2).
 *
 *     root       = PBKDF2-HMAC-SHA-256(NFKC(password), bind(account, salt, normal email), iterations)   one derivation
 *     authKey    = expand(root, bind(auth))                         sent to sign in; says nothing about root
 *     accountKey = 32 random bytes, stored as seal(root, bind(account-key, …), accountKey)
 *
 * root is never the baseline key of the same password, and the password never leaves the client. The iteration floor is
 * enforced here, before any work: it is the only defence of a device that has seen nothing of this account yet.
 */
import { checkBytes, type Bytes } from './bytes.js';
import { contexts } from './bind.js';
import { rewrapKey, unwrapKey, wrapNewKey, type SealingKey } from './cobblestone.js';
import { CryptoError } from './errors.js';
import { encodeText, normalizeEmail } from './text.js';
import { KEY_BYTES, checkVaultKey, hkdfExpand, pbkdf2ToHmacKey, randomBytes } from './webcrypto.js';

/** Iterations of a new account, and the fewest that are accepted unless the caller's own code lowers the floor. */
export const DEFAULT_ITERATIONS = 600_000;
/** The contract's count: no caller can lower the floor under it. */
const LOWEST_FLOOR = 100_000;
const MAX_ITERATIONS = 10_000_000;
const SALT_BYTES = 16;

/** What root is derived from. The email is the one that the user typed, never one from an answer. */
export interface RootParameters {
  email: string;
  password: string;
  /** 16 bytes, made by the client for every wrap. */
  salt: Uint8Array;
  iterations: number;
}

/** What a wrapped account key is bound to, besides root. */
export interface WrapContext {
  accountId: string;
  /** 1 at sign-up, one more with every change of the key record. */
  keyVersion: number;
  iterations: number;
  salt: Uint8Array;
}

/** A new random salt: 16 bytes. */
export function newSalt(): Bytes {
  return randomBytes(SALT_BYTES);
}

/** Checks parameters that may come from a server, before any work is done with them. */
function checkParameters(salt: Uint8Array, iterations: number): asserts salt is Bytes {
  checkBytes(salt, 'salt');
  if (salt.length !== SALT_BYTES) throw new CryptoError('malformed');
  if (!Number.isSafeInteger(iterations) || iterations > MAX_ITERATIONS) throw new CryptoError('malformed');
}

/**
 * Derives root, a non-extractable HMAC key. About 0.2 s for 600,000 iterations.
 *
 * @param options.minIterations The floor, for callers who must open older accounts: at least 100,000.
 * @throws CryptoError `weak_kdf` under the floor, `malformed` for a salt that is not 16 bytes or a count over 10,000,000,
 * `kdf_unsupported`, `insecure_context`.
 * @throws TypeError or RangeError for a bad email, password or floor.
 */
export async function deriveRoot(
  parameters: RootParameters,
  options: { minIterations?: number } = {},
): Promise<CryptoKey> {
  const floor = options.minIterations ?? DEFAULT_ITERATIONS;
  if (!(floor >= LOWEST_FLOOR)) throw new RangeError(`minIterations must be at least ${LOWEST_FLOOR}`);
  const { email, password, salt, iterations } = parameters;
  checkParameters(salt, iterations);
  if (iterations < floor) throw new CryptoError('weak_kdf');
  encodeText(password, 'password');
  if (password === '') throw new TypeError('password must not be empty');
  const secret = encodeText(password.normalize('NFKC'), 'password');
  try {
    return await pbkdf2ToHmacKey(secret, contexts.accountSalt(salt, normalizeEmail(email)), iterations);
  } finally {
    secret.fill(0);
  }
}

/** The 32 bytes that are sent to the server to sign in; the server keeps a slow hash of them. */
export async function deriveAuthKey(root: CryptoKey): Promise<Bytes> {
  checkVaultKey(root, 'root');
  return (await hkdfExpand(root, contexts.auth(), KEY_BYTES)).slice();
}

function wrapContext({ accountId, keyVersion, iterations, salt }: WrapContext): Bytes {
  checkParameters(salt, iterations);
  return contexts.accountKey(accountId, keyVersion, iterations, salt);
}

/**
 * Makes a new account key and seals it under root.
 *
 * @returns The key, and its 104 sealed bytes for the server.
 */
export async function createAccountKey(
  root: CryptoKey,
  context: WrapContext,
): Promise<{ accountKey: CryptoKey; wrap: Bytes }> {
  const { key, wrap } = await wrapNewKey(root, wrapContext(context));
  return { accountKey: key, wrap };
}

/**
 * Opens the account key.
 *
 * @throws CryptoError `authentication_failed` for a wrong password or altered parameters, `malformed`.
 */
export async function openAccountKey(
  root: CryptoKey,
  context: WrapContext,
  wrap: Uint8Array,
): Promise<CryptoKey> {
  return unwrapKey(root, wrapContext(context), wrap);
}

/** What seals an account key: root, which a password gives, the recovery key, or the key of a device that stays signed in. */
export type AccountKeyWrapper =
  | { root: CryptoKey; context: WrapContext }
  | { recoveryKey: CryptoKey; accountId: string }
  | { deviceKey: CryptoKey; accountId: string };

/**
 * Seals the same account key under another wrapper: a new password, email or iteration count, a recovery key, or back from
 * one. The key's bytes exist for a moment only and are overwritten; no transcript needs to be touched.
 *
 * @throws CryptoError `authentication_failed`, `malformed`.
 */
export async function rewrapAccountKey(
  from: AccountKeyWrapper & { wrap: Uint8Array },
  to: AccountKeyWrapper,
): Promise<Bytes> {
  return rewrapKey(keyAndContext(from), from.wrap, keyAndContext(to));
}

function keyAndContext(wrapper: AccountKeyWrapper): SealingKey {
  if ('root' in wrapper) return { key: wrapper.root, context: wrapContext(wrapper.context) };
  return 'recoveryKey' in wrapper
    ? { key: wrapper.recoveryKey, context: contexts.recoveryKey(wrapper.accountId) }
    : { key: wrapper.deviceKey, context: contexts.deviceKey(wrapper.accountId) };
}
