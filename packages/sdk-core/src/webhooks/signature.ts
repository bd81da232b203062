/**
 * HMAC-SHA-256 of a delivery, checked by Web Crypto, which compares in constant time. Nothing is sealed or opened with it, so it is not part
 * of the auditable core.
 */
import type { Bytes } from '@sealscribe/crypto';

/** Whether one of the signatures is that of the bytes. */
export async function isSigned(secret: Bytes, bytes: Bytes, signatures: readonly Bytes[]): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const results = await Promise.all(
    signatures.map((signature) => subtle.verify('HMAC', key, signature, bytes)),
  );
  return results.includes(true);
}
