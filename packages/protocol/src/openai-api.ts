/**
 * The shapes of `POST /v1/audio/transcriptions`, `GET /v1/models/:id` and their errors, as clients of OpenAI's service read them
 * (its API reference, "Audio"). What the recognisers here do not have, such as tokens, is empty or 0.
 */
import * as z from 'zod/mini';
import { errorStatus, type ErrorCode } from './errors.js';

/** What `response_format` may be on that route. */
export const OPENAI_FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const;
export type OpenAiFormat = (typeof OPENAI_FORMATS)[number];

const seconds = z.number().check(z.gte(0));
const usage = z.strictObject({ type: z.literal('duration'), seconds });
const logprobs = z.optional(
  z.array(
    z.strictObject({
      /** A word, with the space before it. */
      token: z.string(),
      /** Natural logarithm of the word's confidence. */
      logprob: z.number().check(z.lte(0)),
      /** The token in UTF-8. */
      bytes: z.array(z.int().check(z.gte(0), z.lte(255))),
    }),
  ),
);

export const openAiTranscriptionSchema = z.strictObject({ text: z.string(), logprobs, usage });
/** `response_format=json`. */
export type OpenAiTranscription = z.infer<typeof openAiTranscriptionSchema>;

export const openAiVerboseSchema = z.strictObject({
  task: z.literal('transcribe'),
  /** English name in lower case, for example "english". */
  language: z.string(),
  duration: seconds,
  text: z.string(),
  /** With the timestamp granularity `segment`, which is the default. */
  segments: z.optional(
    z.array(
      z.strictObject({
        id: z.int().check(z.gte(0)),
        /** Always 0. */
        seek: z.int(),
        start: seconds,
        end: seconds,
        text: z.string(),
        /** Always empty. */
        tokens: z.array(z.int()),
        /** Always 0. */
        temperature: z.number(),
        /** Natural logarithm of the segment's confidence; 0 where the recogniser gives none. */
        avg_logprob: z.number().check(z.lte(0)),
        /** Characters of the text by those that it has when it is deflated. */
        compression_ratio: z.number().check(z.gte(0)),
        /** Always 0: what is no speech does not become a segment. */
        no_speech_prob: z.number(),
      }),
    ),
  ),
  /** With the timestamp granularity `word`. */
  words: z.optional(z.array(z.strictObject({ word: z.string(), start: seconds, end: seconds }))),
  usage,
});
/** `response_format=verbose_json`. */
export type OpenAiVerbose = z.infer<typeof openAiVerboseSchema>;

const diarizedSegment = z.strictObject({
  type: z.literal('transcript.text.segment'),
  id: z.string(),
  start: seconds,
  end: seconds,
  text: z.string(),
  /** "A" for the first to be heard, and so on. */
  speaker: z.string(),
});
export const openAiDiarizedSchema = z.strictObject({
  task: z.literal('transcribe'),
  duration: seconds,
  text: z.string(),
  segments: z.array(diarizedSegment),
  usage,
});
/** `response_format=diarized_json`. */
export type OpenAiDiarized = z.infer<typeof openAiDiarizedSchema>;

export const openAiEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('transcript.text.delta'),
    /** All deltas together are the text. */
    delta: z.string(),
    segment_id: z.optional(z.string()),
    logprobs,
  }),
  diarizedSegment,
  z.strictObject({ type: z.literal('transcript.text.done'), text: z.string(), logprobs, usage }),
]);
/** An event of `stream=true`. */
export type OpenAiEvent = z.infer<typeof openAiEventSchema>;

export const openAiModelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});
/** A model, as `GET /v1/models/:id` gives it. */
export type OpenAiModel = z.infer<typeof openAiModelSchema>;

export const openAiErrorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'rate_limit_error', 'insufficient_quota', 'server_error']),
    /** The field that is wrong, where it is one. */
    param: z.nullable(z.string()),
    code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  }),
});
/** Errors of OpenAI's routes. */
export type OpenAiError = z.infer<typeof openAiErrorSchema>;
