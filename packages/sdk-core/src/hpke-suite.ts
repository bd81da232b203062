/**
 * The one suite of HPKE (RFC 9180) that is used here, for keys of workspaces and for webhooks: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM. Loaded when it is first needed, which in most clients is never.
 */
import type { CipherSuite } from '@hpke/core';

let suite: Promise<CipherSuite> | undefined;

/** Loads it, once. */
export function loadSuite(): Promise<CipherSuite> {
  suite ??= import('@hpke/core').then(
    ({ Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 }) =>
      new CipherSuite({
        kem: new DhkemP256HkdfSha256(),
        kdf: new HkdfSha256(),
        aead: new Aes256Gcm(),
      }),
  );
  return suite;
}
