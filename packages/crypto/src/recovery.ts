/**
 * The recovery key (docs/formats.md, section 2): 32 random bytes that a person keeps on paper, and that open the account key
 * when the password is forgotten. Turning them into 24 words and back is the SDK's business.
 *
 *     recoveryAuthKey = expand(recoveryKey, bind(recovery-auth))       proves its owner to the server
 *     seal(recoveryKey, bind(recovery-key, accountId), accountKey)     stored beside the password's wrap
 */
import { contexts } from './bind.js';
import { type Bytes } from './bytes.js';
import { unwrapKey } from './cobblestone.js';
import {
  KEY_BYTES,
  checkKeyBytes,
  checkVaultKey,
  hkdfExpand,
  importHmacKey,
  randomBytes,
} from './webcrypto.js';

/** The bytes of a new recovery key: show them once, then overwrite them. */
export function newRecoveryBytes(): Bytes {
  return randomBytes(KEY_BYTES);
}

/**
 * A recovery key from its 32 bytes. The key cannot be extracted.
 * @throws TypeError or RangeError when these are not 32 bytes.
 */
export async function importRecoveryKey(bytes: Uint8Array): Promise<CryptoKey> {
  checkKeyBytes(bytes, 'bytes');
  return importHmacKey(bytes);
}

/** The 32 bytes that prove the recovery key to the server, which keeps a slow hash of them. */
export async function deriveRecoveryAuthKey(recoveryKey: CryptoKey): Promise<Bytes> {
  checkVaultKey(recoveryKey, 'recoveryKey');
  return (await hkdfExpand(recoveryKey, contexts.recoveryAuth(), KEY_BYTES)).slice();
}

/**
 * Opens the account key with the recovery key. `rewrapAccountKey` made the wrap.
 * @throws CryptoError `authentication_failed` for another recovery key or account, `malformed`.
 */
export async function recoverAccountKey(
  recoveryKey: CryptoKey,
  accountId: string,
  wrap: Uint8Array,
): Promise<CryptoKey> {
  return unwrapKey(recoveryKey, contexts.recoveryKey(accountId), wrap);
}
