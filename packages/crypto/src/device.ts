/**
 * The device key (docs/formats.md, section 2): 32 random bytes by which one device opens the account key without the password, for a
 * person who asked to stay signed in. Where they lie is the SDK's business, and how safe the device is decides what they protect.
 *
 *     seal(deviceKey, bind(device-key, accountId), accountKey)     `rewrapAccountKey` makes it; it never leaves the device
 */
import { contexts } from './bind.js';
import { unwrapKey } from './cobblestone.js';
import { checkKeyBytes, importHmacKey } from './webcrypto.js';

/**
 * A device key from its 32 random bytes. The key cannot be extracted.
 * @throws TypeError or RangeError when these are not 32 bytes.
 */
export async function importDeviceKey(bytes: Uint8Array): Promise<CryptoKey> {
  checkKeyBytes(bytes, 'bytes');
  return importHmacKey(bytes);
}

/**
 * Opens the account key with the device key.
 * @throws CryptoError `authentication_failed` for another device key or account, `malformed`.
 */
export async function openKeptAccountKey(
  deviceKey: CryptoKey,
  accountId: string,
  wrap: Uint8Array,
): Promise<CryptoKey> {
  return unwrapKey(deviceKey, contexts.deviceKey(accountId), wrap);
}
