/**
 * Shapes of requests and answers, as schemas: blobs and transcripts of the vault, the transcription routes, errors.
 * account-api.ts has those of accounts.
 */
import * as z from 'zod/mini';
import { idSchema, revision, timestamp, wrappedKey } from './fields.js';
import { segmentSchema, transcriptSchema } from './transcript.js';
import { errorStatus, type ErrorCode } from './errors.js';
import { openAiModelSchema } from './openai-api.js';

/** Query of the two lists, in order of id: `after` is `next` of the page before; `limit` is 1 to 200, 100 when absent. */
export const listQuerySchema = z.strictObject({
  after: z.optional(idSchema),
  limit: z.optional(z.string().check(z.regex(/^([1-9]|[1-9][0-9]|1[0-9][0-9]|200)$/))),
});

export const blobInfoSchema = z.strictObject({
  id: idSchema,
  revision,
  /** Bytes stored. */
  size: z.int().check(z.gte(0)),
  createdAt: timestamp,
  updatedAt: timestamp,
});
/** What the server knows of a blob. */
export type BlobInfo = z.infer<typeof blobInfoSchema>;
export const blobListSchema = z.strictObject({
  blobs: z.array(blobInfoSchema),
  /** The last id of a full page, null on the last page. */
  next: z.nullable(z.string()),
});
export const blobWrittenSchema = z.strictObject({ id: idSchema, revision });

export const transcriptInfoSchema = z.strictObject({
  id: idSchema,
  revision,
  /** The transcript's key, sealed under the account key. */
  key: wrappedKey,
  /** The sealed card, base64url. */
  card: z.string().check(z.regex(/^[A-Za-z0-9_-]+$/)),
  createdAt: timestamp,
  updatedAt: timestamp,
});
/** What the server knows of a transcript, with its sealed card. */
export type TranscriptInfo = z.infer<typeof transcriptInfoSchema>;
export const transcriptListSchema = z.strictObject({
  transcripts: z.array(transcriptInfoSchema),
  next: z.nullable(z.string()),
});
export const transcriptWrittenSchema = z.strictObject({
  id: idSchema,
  revision: z.int().check(z.gte(0)),
  indexRevision: revision,
});

/** Names of the multipart fields of a vault write: each is a file part of type application/octet-stream. */
export const PARTS = ['key', 'card', 'transcript', 'words', 'index'] as const;

/** Shapes in which a transcript can be asked for. */
export const RESPONSE_FORMATS = ['json', 'verbose_json', 'text', 'txt', 'srt', 'vtt'] as const;
export type ResponseFormat = (typeof RESPONSE_FORMATS)[number];

export const progressSchema = z.strictObject({
  /** `loading` is that of the model on a device; servers have it loaded. */
  stage: z.enum(['loading', 'uploading', 'waiting', 'decoding', 'transcribing']),
  /** 0 to 1 of this stage. */
  fraction: z.number().check(z.gte(0), z.lte(1)),
  /** Of `uploading`, where the size is known: bytes sent so far. */
  sentBytes: z.optional(z.int().check(z.gte(0))),
  /** Of `uploading`, where the size is known: bytes of the whole recording. */
  totalBytes: z.optional(z.int().check(z.gte(0))),
});
/** How far a transcription is. */
export type Progress = z.infer<typeof progressSchema>;
/** The server-sent events of `POST /v1/transcribe` with `Accept: text/event-stream`, by name. */
export const eventSchemas = {
  progress: progressSchema,
  segment: segmentSchema,
  result: transcriptSchema,
} as const;

export const modelInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  languages: z.array(z.string()),
  description: z.string(),
  wordTimestamps: z.boolean(),
});
/** A model of a server. */
export type ModelInfo = z.infer<typeof modelInfoSchema>;
export const modelListSchema = z.object({
  object: z.literal('list'),
  data: z.array(openAiModelSchema),
  models: z.array(modelInfoSchema),
});
export type ModelList = z.infer<typeof modelListSchema>;

export const languageListSchema = z.object({
  languages: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      /** Ids of the models that know the language. */
      models: z.optional(z.array(z.string())),
    }),
  ),
});
/** The languages that a server's models know. */
export type LanguageList = z.infer<typeof languageListSchema>;

export const healthSchema = z.object({
  /** `degraded`: what is stored is served, and what recognises speech cannot be reached. */
  status: z.enum(['ok', 'degraded', 'draining']),
  version: z.string(),
  /** What recognises speech: "cpu", "cuda", "webgpu" or "triton". */
  device: z.string(),
  /** Why it is that device. */
  deviceReason: z.optional(z.string()),
  /** Ids; the first is the default. */
  models: z.array(z.string()),
  /** Where compressed media are decoded: by a system ffmpeg, or by the built-in decoders alone. */
  decoder: z.enum(['ffmpeg', 'builtin']),
});
/** How a server is, without anybody signed in. */
export type Health = z.infer<typeof healthSchema>;

const code = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);
/** Errors of the vault's routes. */
export const vaultErrorSchema = z.object({
  error: z.object({ code, message: z.string(), requestId: z.string() }),
});
export type VaultError = z.infer<typeof vaultErrorSchema>;
/** Errors of the transcription routes. */
export const transcriptionErrorSchema = z.object({ error: z.string(), code, requestId: z.string() });
export type TranscriptionError = z.infer<typeof transcriptionErrorSchema>;
