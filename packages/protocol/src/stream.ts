/**
 * What goes over `WS /v1/stream`: frames of PCM (s16le, 16 kHz, mono) up, JSON texts down. There are two ways to begin, with the
 * wishes in a first text frame or in the query string, and each has its own messages; any of the three ways to end ends either.
 */
import * as z from 'zod/mini';
import { segmentSchema, transcriptSchema } from './transcript.js';

const seconds = z.number().check(z.gte(0));

/** The first frame, where the wishes are not in the query string. Keys that mean nothing here are passed over. */
export const streamConfigSchema = z.object({
  language: z.optional(z.string().check(z.maxLength(64))),
  model: z.optional(z.string().check(z.maxLength(128))),
  /** Named by some clients; nothing else is taken. */
  sample_rate: z.optional(z.literal(16_000)),
});
/** The answer to it. */
export const streamReadySchema = z.object({ status: z.literal('ready') });
/** A text frame that ends the stream. An empty binary frame does so too. */
export const streamStopSchema = z.object({ action: z.literal('stop') });

/** Messages of a stream that began with a config frame: the whole session each time. */
export const sessionTextSchema = z.object({
  /** Everything that will not change any more; only ever grows. */
  text: z.string(),
  /** What comes after it as it is understood at the moment. */
  partial: z.string(),
  /** True in the last message alone. */
  is_final: z.boolean(),
});
export type SessionText = z.infer<typeof sessionTextSchema>;

/** Messages of a stream that began with a query string: what is new. */
export const streamMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('partial'),
    /** What is being said since the last `transcript`; the next partial or transcript takes its place. */
    text: z.string(),
    /** The part of the text, from its start, that will not change. */
    stable: z.string(),
    start: seconds,
    end: seconds,
    final: z.literal(false),
  }),
  /** A segment, as in a transcript. */
  z.object({ ...segmentSchema.shape, type: z.literal('transcript'), final: z.literal(false) }),
  /** The last message: the whole text, and what a transcript says besides its segments. */
  z.object({
    type: z.literal('final'),
    text: z.string(),
    duration: seconds,
    language: transcriptSchema.shape.language,
    model: transcriptSchema.shape.model,
    final: z.literal(true),
  }),
]);
export type StreamMessage = z.infer<typeof streamMessageSchema>;

/** The answer of `POST /v1/stream-tokens`: opens one stream within about a minute. */
export const streamTokenSchema = z.object({
  token: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  expiresAt: z.iso.datetime(),
});
export type StreamToken = z.infer<typeof streamTokenSchema>;

/** Most bytes of one frame: 8 s of audio. */
export const MAX_STREAM_FRAME = 256 * 1024;
