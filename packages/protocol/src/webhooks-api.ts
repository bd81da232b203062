/**
 * Webhooks (`/v1/webhooks`): what an account asks for, what the server tells about it, and what is delivered. A delivery is signed by the
 * words of Standard Webhooks (https://www.standardwebhooks.com); it holds no content, unless sealed to the receiver's key.
 */
import * as z from 'zod/mini';
import { base64urlOf, idSchema, timestamp } from './fields.js';
import { errorStatus, type ErrorCode } from './errors.js';
import { transcriptSchema } from './transcript.js';

/** What begins the text of a secret; base64 of 24 to 64 bytes follows. */
export const WEBHOOK_SECRET_PREFIX = 'whsec_';
/** Headers of a delivery: its id, seconds since 1970, and `v1,` with the HMAC-SHA-256 of `id.timestamp.body` in base64. */
export const WEBHOOK_HEADERS = {
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** A P-256 public key as an uncompressed point of 65 bytes, base64url. */
const publicKey = base64urlOf(65).check(z.regex(/^B/));
const secret = z.string().check(z.regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/));
const code = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);

/** Body of `POST /v1/webhooks`. */
export const createWebhookRequestSchema = z.strictObject({
  /** Where deliveries go: https, to a host that the operator allows. */
  url: z.string().check(z.minLength(1), z.maxLength(2048)),
  /** Signs deliveries; the server makes one where it is left out. */
  secret: z.optional(secret),
  /** Of the receiver: transcripts are delivered too then, sealed to it. */
  publicKey: z.optional(publicKey),
});
/** What a new webhook is asked for with. */
export type CreateWebhookRequest = z.infer<typeof createWebhookRequestSchema>;

export const webhookInfoSchema = z.strictObject({
  id: idSchema,
  url: z.string(),
  publicKey: z.nullable(publicKey),
  createdAt: timestamp,
  /** Deliveries that are on their way or will be tried again. */
  pending: z.int().check(z.gte(0)),
});
/** A webhook, as its owner gets to see it: without its secret. */
export type WebhookInfo = z.infer<typeof webhookInfoSchema>;
export const webhookListSchema = z.strictObject({ webhooks: z.array(webhookInfoSchema) });
export type WebhookList = z.infer<typeof webhookListSchema>;
export const webhookCreatedSchema = z.extend(webhookInfoSchema, {
  /** Given this once. */
  secret,
});
/** A new webhook. */
export type WebhookCreated = z.infer<typeof webhookCreatedSchema>;
export const webhookTestSchema = z.strictObject({
  delivered: z.boolean(),
  /** What the receiver answered; null when nothing came. */
  status: z.nullable(z.int()),
});
/** How a delivery for trial went. */
export type WebhookTest = z.infer<typeof webhookTestSchema>;

const sealed = z.strictObject({
  /** HPKE's encapsulated key. */
  enc: base64urlOf(65),
  ciphertext: z.string().check(z.regex(/^[A-Za-z0-9_-]+$/)),
});
export const webhookEventSchema = z.strictObject({
  type: z.enum(['transcription.completed', 'transcription.failed', 'webhook.test']),
  timestamp,
  data: z.strictObject({
    /** Id of the webhook. */
    webhookId: idSchema,
    /** Id of the job; none in a trial. */
    id: z.optional(idSchema),
    /** Why it failed. */
    error: z.optional(z.strictObject({ code })),
    /** The transcript, where the webhook has a public key and the server still had it. */
    sealed: z.optional(sealed),
  }),
});
/** What a delivery says. */
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** What is sealed to the receiver: JSON of this. */
export const webhookContentSchema = z.strictObject({ id: idSchema, transcript: transcriptSchema });

const LABEL = Array.from('sealscribe/webhook/v1\0', (letter) => letter.charCodeAt(0));

/**
 * What HPKE binds a sealed transcript to: the ASCII label, a zero byte, and both ids as 16 raw bytes, each behind its length (docs/formats.md).
 *
 * @throws RangeError when one does not have 16 bytes
 */
export function webhookInfoBytes(webhookId: Uint8Array, messageId: Uint8Array): Uint8Array<ArrayBuffer> {
  if (webhookId.length !== 16 || messageId.length !== 16) throw new RangeError('an id must have 16 bytes');
  return Uint8Array.from([...LABEL, 0, 0, 0, 16, ...webhookId, 0, 0, 0, 16, ...messageId]);
}
