/**
 * The one place where the server seals: a transcript to the public key of whoever receives a webhook, HPKE base mode (RFC 9180),
 * DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. It has no key to open anything, and nothing here could. What it is bound to:
 * docs/formats.md.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { webhookInfoBytes, type Transcript } from '@sealscribe/protocol';

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** Sealed bytes, base64url. */
export interface Sealed {
  readonly enc: string;
  readonly ciphertext: string;
}

/** Whether 65 bytes, base64url, are a point of the curve. */
export async function isPublicKey(text: string): Promise<boolean> {
  return suite.kem.deserializePublicKey(bufferOf(bytesOf(text))).then(
    () => true,
    () => false,
  );
}

/** Seals the transcript of a job to a webhook's public key, for one delivery. */
export async function sealTranscript(
  publicKey: string,
  { webhookId, messageId }: { webhookId: string; messageId: string },
  content: { id: string; transcript: Transcript },
): Promise<Sealed> {
  // Its type is one of browsers.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment
  const recipientPublicKey = await suite.kem.deserializePublicKey(bufferOf(bytesOf(publicKey)));
  const info = webhookInfoBytes(bytesOf(webhookId), bytesOf(messageId)).buffer;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment
  const context = await suite.createSenderContext({ recipientPublicKey, info });
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await context.seal(plain.buffer);
  plain.fill(0);
  return { enc: textOf(context.enc), ciphertext: textOf(sealed) };
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64url');
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const textOf = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64url');
