/**
 * A workspace's key on its way to one member: HPKE in AUTH mode (RFC 9180, 5.1.3), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM. It opens only when the sender is who the roster says: a key that the server made up itself, in base mode or from a
 * key pair of its own, does not.
 */
import { deliveryInfo, type Delivery } from '@sealscribe/crypto';
import { IntegrityError } from '../errors.js';
import { loadSuite } from '../hpke-suite.js';

/** Bytes of HPKE's encapsulated key. */
const ENC_BYTES = 65;
const DELIVERY_BYTES = 113;

/** Seals a workspace's key (32 bytes) to a recipient: 113 bytes. */
export async function deliverKey(
  sender: CryptoKeyPair,
  recipientPublicKey: Uint8Array,
  delivery: Delivery,
  keyBytes: Uint8Array,
): Promise<Uint8Array> {
  const hpke = await loadSuite();
  const recipient = await hpke.kem.deserializePublicKey(bufferOf(recipientPublicKey));
  const info = bufferOf(deliveryInfo(delivery));
  const context = await hpke.createSenderContext({ recipientPublicKey: recipient, senderKey: sender, info });
  const sealed = await context.seal(bufferOf(keyBytes));
  const bytes = new Uint8Array(ENC_BYTES + sealed.byteLength);
  bytes.set(new Uint8Array(context.enc));
  bytes.set(new Uint8Array(sealed), ENC_BYTES);
  return bytes;
}

/**
 * Opens it: 32 bytes, to be overwritten after use.
 * @throws IntegrityError "authentication_failed" when it is from somebody else, for somebody else, or for another roster
 */
export async function openDelivery(
  recipient: CryptoKeyPair,
  senderPublicKey: Uint8Array,
  delivery: Delivery,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const hpke = await loadSuite();
  try {
    if (bytes.length !== DELIVERY_BYTES) throw new RangeError('not of the right length');
    const context = await hpke.createRecipientContext({
      recipientKey: recipient,
      enc: bufferOf(bytes.subarray(0, ENC_BYTES)),
      senderPublicKey: await hpke.kem.deserializePublicKey(bufferOf(senderPublicKey)),
      info: bufferOf(deliveryInfo(delivery)),
    });
    return new Uint8Array(await context.open(bufferOf(bytes.subarray(ENC_BYTES))));
  } catch {
    throw new IntegrityError(
      'authentication_failed',
      "The workspace's key does not open: it is not from the owner who is named, or not for this roster.",
    );
  }
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer;
