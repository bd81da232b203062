/**
 * The receiver's end of a webhook: is a delivery from the server that has the secret, and what does it say. Needs nothing but Web Crypto and
 * no client; the private key stays with the receiver (docs/formats.md, webhook-v1).
 */
import { decodeBase64, decodeBase64url, decodeText, encodeBase64url } from '@sealscribe/crypto';
import {
  WEBHOOK_HEADERS,
  WEBHOOK_SECRET_PREFIX,
  webhookContentSchema,
  webhookEventSchema,
  webhookInfoBytes,
  type Transcript,
  type WebhookEvent,
} from '@sealscribe/protocol';
import { IntegrityError, WebhookError } from '../errors.js';
import { loadSuite } from '../hpke-suite.js';
import { isSigned } from './signature.js';

/** Headers of a delivery: a Headers, or an object by lower-case name as Node has it. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A delivery that is genuine. */
export interface Delivery {
  /** The same in every try: what was seen before can be passed over. */
  readonly id: string;
  readonly event: WebhookEvent;
}

/** Seconds for which a delivery is good. */
const TOLERANCE = 300;

/** Verifies a delivery: see large-parts.ts. */
export async function verifyWebhook(
  { secret, headers, body }: { secret: string; headers: WebhookHeaders; body: Uint8Array | string },
  options: { tolerance?: number; now?: () => number } = {},
): Promise<Delivery> {
  const { tolerance = TOLERANCE, now = Date.now } = options;
  const key = secretOf(secret);
  const [id, timestamp, signatures] = [
    WEBHOOK_HEADERS.id,
    WEBHOOK_HEADERS.timestamp,
    WEBHOOK_HEADERS.signature,
  ].map((name) => headerOf(headers, name)) as [string, string, string];
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('webhook_untrusted');
  const text = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + text.length);
  signed.set(head);
  signed.set(text, head.length);
  // Several, while a secret is being replaced.
  const given = signatures
    .split(' ')
    .slice(0, 8)
    .flatMap((signature) => (signature.startsWith('v1,') ? (decodeOrNothing(signature.slice(3)) ?? []) : []));
  if (!(await isSigned(key, signed, given))) throw new WebhookError('webhook_untrusted');
  if (Math.abs(now() / 1000 - Number(timestamp)) > tolerance) throw new WebhookError('webhook_expired');
  const event = webhookEventSchema.safeParse(parse(text));
  if (!event.success) throw new WebhookError('webhook_untrusted');
  return { id, event: event.data };
}

/** A key pair: see large-parts.ts. */
export async function newWebhookKeys(): Promise<{ publicKey: string; privateKey: string }> {
  const { kem } = await loadSuite();
  const pair = await kem.generateKeyPair();
  const [publicKey, privateKey] = await Promise.all([
    kem.serializePublicKey(pair.publicKey),
    kem.serializePrivateKey(pair.privateKey),
  ]);
  return {
    publicKey: encodeBase64url(new Uint8Array(publicKey)),
    privateKey: encodeBase64url(new Uint8Array(privateKey)),
  };
}

/** Opens the transcript of a delivery: see large-parts.ts. */
export async function openWebhook(
  { id: messageId, event }: Delivery,
  privateKey: string,
): Promise<{ id: string; transcript: Transcript } | undefined> {
  const { sealed, webhookId, id: job } = event.data;
  if (sealed === undefined) return undefined;
  const recipientKey = await importPrivateKey(privateKey);
  let content: unknown;
  try {
    const suite = await loadSuite();
    const context = await suite.createRecipientContext({
      recipientKey,
      enc: decodeBase64url(sealed.enc).buffer,
      info: webhookInfoBytes(decodeBase64url(webhookId), decodeBase64url(messageId)).buffer,
    });
    content = parse(new Uint8Array(await context.open(decodeBase64url(sealed.ciphertext).buffer)));
  } catch {
    throw unopened();
  }
  const checked = webhookContentSchema.safeParse(content);
  if (!checked.success || checked.data.id !== job) throw unopened();
  return checked.data;
}

function secretOf(secret: string) {
  const bytes = secret.startsWith(WEBHOOK_SECRET_PREFIX)
    ? decodeOrNothing(secret.slice(WEBHOOK_SECRET_PREFIX.length))
    : undefined;
  if (bytes === undefined || bytes.length < 24) throw new TypeError('secret must be whsec_ and base64');
  return bytes;
}

async function importPrivateKey(text: string): Promise<CryptoKey> {
  try {
    return await (await loadSuite()).kem.deserializePrivateKey(decodeBase64url(text));
  } catch {
    throw new TypeError('privateKey must be one that newWebhookKeys gave');
  }
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value =
    'get' in headers && typeof headers.get === 'function'
      ? (headers as Headers).get(name)
      : (headers as Record<string, unknown>)[name];
  if (typeof value !== 'string' || value === '') throw new WebhookError('webhook_untrusted');
  return value;
}

function decodeOrNothing(text: string) {
  try {
    return decodeBase64(text);
  } catch {
    return undefined;
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch {
    return undefined;
  }
}

const unopened = () =>
  new IntegrityError(
    'authentication_failed',
    'The delivery does not open with this key, or is not the one that it says.',
  );
