/**
 * Shapes of requests and answers, as schemas. Bytes inside JSON are canonical unpadded base64url; ids are 16 bytes that the
 * client made. The server checks shapes and sizes here; whether key-derivation parameters are strong is the client's check.
 */
import * as z from 'zod/mini';
import { segmentSchema, transcriptSchema } from './transcript.js';
import { errorStatus, type ErrorCode } from './errors.js';

/** 22 characters of unpadded canonical base64url: 16 bytes. */
export const ID_PATTERN = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** Canonical unpadded base64url of exactly `bytes` bytes. */
function base64urlOf(bytes: number) {
  const whole = Math.floor((bytes * 8) / 6);
  const last = ['', '', '[AQgw]', '', '[AEIMQUYcgkosw048]'][(bytes * 8) % 6] ?? '';
  return z.string().check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${whole}}${last}$`)));
}

export const idSchema = z.string().check(z.regex(ID_PATTERN));
const revision = z.int().check(z.gte(1));
const timestamp = z.iso.datetime();
const email = z.string().check(z.minLength(3), z.maxLength(320), z.regex(/^[^\s\p{Cc}]+@[^\s\p{Cc}]+$/u));
const salt = base64urlOf(16);
const authKey = base64urlOf(32);
const iterations = z.int().check(z.gte(1), z.lte(10_000_000));
/** A 32-byte key sealed under another: 24 + 32 + 48 bytes of Cobblestone-256. */
const wrappedKey = base64urlOf(104);
const wraps = z.strictObject({ password: wrappedKey });

/** The key record as its owner writes it: see docs/formats.md, account-v1. */
export const keyRecordSchema = z.strictObject({
  email,
  salt,
  iterations,
  keyVersion: revision,
  authKey,
  wraps,
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;

export const signUpRequestSchema = z.strictObject({ accountId: idSchema, keys: keyRecordSchema });
export type SignUpRequest = z.infer<typeof signUpRequestSchema>;

export const preloginRequestSchema = z.strictObject({ email });
export const preloginAnswerSchema = z.strictObject({ salt, iterations });
export type PreloginAnswer = z.infer<typeof preloginAnswerSchema>;

export const signInRequestSchema = z.strictObject({ email, authKey });
export type SignInRequest = z.infer<typeof signInRequestSchema>;

/** Answer to sign-up and sign-in. The token goes into `Authorization: Bearer`. */
export const sessionSchema = z.strictObject({
  token: base64urlOf(32),
  accountId: idSchema,
  expiresAt: timestamp,
});
export type Session = z.infer<typeof sessionSchema>;

/** The key record as the server gives it back: without anything that authenticates. */
export const storedKeysSchema = z.strictObject({
  accountId: idSchema,
  email,
  salt,
  iterations,
  keyVersion: revision,
  wraps,
});
export type StoredKeys = z.infer<typeof storedKeysSchema>;

/** Replaces the whole key record. `authKey` is the one in force until now; If-Match carries its keyVersion. */
export const replaceKeysRequestSchema = z.strictObject({ authKey, keys: keyRecordSchema });
export type ReplaceKeysRequest = z.infer<typeof replaceKeysRequestSchema>;
export const replaceKeysAnswerSchema = z.strictObject({ keyVersion: revision });

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
  stage: z.enum(['uploading', 'waiting', 'decoding', 'transcribing']),
  /** 0 to 1 of this stage. */
  fraction: z.number().check(z.gte(0), z.lte(1)),
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
export type ModelInfo = z.infer<typeof modelInfoSchema>;
export const modelListSchema = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
  ),
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
export type LanguageList = z.infer<typeof languageListSchema>;

export const healthSchema = z.object({
  status: z.enum(['ok', 'draining']),
  version: z.string(),
  /** What recognises speech: "cpu", "cuda" or "webgpu". */
  device: z.string(),
  /** Why it is that device. */
  deviceReason: z.optional(z.string()),
  /** Ids; the first is the default. */
  models: z.array(z.string()),
  /** Where compressed media are decoded: by a system ffmpeg, or by the built-in decoders alone. */
  decoder: z.enum(['ffmpeg', 'builtin']),
});
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
