/**
 * Sharing by link (docs/formats.md, share-v1): what a client sends to make a link, what the server tells its owner about it, and
 * the document that lies inside the seal, which the server never sees. Bytes inside JSON are unpadded base64url.
 */
import * as z from 'zod/mini';
import { transcriptDocumentSchema, wordsDocumentSchema } from './documents.js';
import { base64urlOf, idSchema, timestamp, wrappedKey } from './fields.js';

/** Longest life of a link that has an end, in seconds: ten years. */
export const MAX_SHARE_SECONDS = 10 * 365 * 86_400;
/** Most views that a link can be limited to. */
export const MAX_SHARE_VIEWS = 1_000_000;

const accessHash = base64urlOf(32);
const milliseconds = z.int().check(z.gte(0));

/** Body of `PUT /v1/transcripts/:id/shares/:shareId`. Without `expiresIn` or `views` the link has no such limit. */
export const createShareRequestSchema = z.strictObject({
  /** SHA-256 of the access token that the link gives. */
  accessHash,
  /** The link's secret, sealed under the account key: for its owner, to show the link again. */
  link: wrappedKey,
  /** The sealed document. */
  document: z.string().check(z.regex(/^[A-Za-z0-9_-]+$/)),
  /** Seconds from now. */
  expiresIn: z.optional(z.int().check(z.gte(1), z.lte(MAX_SHARE_SECONDS))),
  views: z.optional(z.int().check(z.gte(1), z.lte(MAX_SHARE_VIEWS))),
});
export type CreateShareRequest = z.infer<typeof createShareRequestSchema>;

export const shareInfoSchema = z.strictObject({
  id: idSchema,
  transcriptId: idSchema,
  accessHash,
  link: wrappedKey,
  createdAt: timestamp,
  /** Null when it never expires. */
  expiresAt: z.nullable(timestamp),
  /** How often it was opened. */
  views: z.int().check(z.gte(0)),
  /** Null when it can be opened without limit. */
  maxViews: z.nullable(z.int().check(z.gte(1))),
});
/** What the server knows of a link, as its owner gets to see it. */
export type ShareInfo = z.infer<typeof shareInfoSchema>;
export const shareListSchema = z.strictObject({ shares: z.array(shareInfoSchema) });
export type ShareList = z.infer<typeof shareListSchema>;

/** What is shared, sealed: a snapshot that holds nothing but these fields. Times are milliseconds of the recording. */
export const shareDocumentSchema = z.strictObject({
  title: z.nullable(z.string()),
  /** BCP 47 tag. */
  language: z.string(),
  /** Of the whole recording, or up to the end of the range. */
  duration: milliseconds,
  speakers: z.array(z.string()),
  model: z.string(),
  /** Start and end of the part that is shared; null for the whole. */
  range: z.nullable(z.tuple([milliseconds, milliseconds])),
  transcript: transcriptDocumentSchema,
  /** Null where word times were left out. */
  words: z.nullable(wordsDocumentSchema),
});
/** A shared transcript, as it is sealed. */
export type ShareDocument = z.infer<typeof shareDocumentSchema>;
