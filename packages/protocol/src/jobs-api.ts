/**
 * Transcriptions as jobs (`/v1/transcriptions`): shapes of what is answered about one. What it says comes as its events, which are those of
 * `POST /v1/transcribe`, or as its result.
 */
import * as z from 'zod/mini';
import { progressSchema } from './api.js';
import { errorStatus, type ErrorCode } from './errors.js';
import { idSchema, timestamp } from './fields.js';

/** Request header that makes a second submission the first one's job. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** What such a key may look like: 1 to 255 printable characters of ASCII. */
export const IDEMPOTENCY_PATTERN = /^[\x21-\x7e]{1,255}$/;

const code = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);

export const jobSchema = z.strictObject({
  id: idSchema,
  status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  /** How far it is; only of one that is queued or running. */
  stage: z.optional(progressSchema.shape.stage),
  /** 0 to 1 of that stage. */
  fraction: z.optional(progressSchema.shape.fraction),
  /** Only of one that failed. */
  error: z.optional(z.strictObject({ code, message: z.string() })),
  createdAt: timestamp,
  /** When nothing of it is kept any more; while it is queued or running, that moves on. */
  expiresAt: timestamp,
});
/** A transcription that goes on without its client. */
export type TranscriptionJob = z.infer<typeof jobSchema>;
