/** One recording through several models: the shape of `POST /v1/compare`'s answer. */
import * as z from 'zod/mini';
import { progressSchema } from './api.js';
import { transcriptSchema } from './transcript.js';

/** Most models of one comparison. */
export const MAX_COMPARED = 4;

export const comparisonSchema = z.object({
  /** In the order in which the models were named. */
  results: z.array(
    z.object({
      model: z.string(),
      transcript: transcriptSchema,
      /** How long it took. */
      seconds: z.number().check(z.gte(0)),
    }),
  ),
  /** Places at which the models did not all write the same words, in order. Case and punctuation make no difference. */
  differences: z.array(
    z.object({
      /** Seconds from the start of the recording. */
      at: z.number().check(z.gte(0)),
      variants: z.array(z.object({ model: z.string(), words: z.array(z.string()) })),
    }),
  ),
});
/** Several models' transcripts of one recording, and where they differ. */
export type Comparison = z.infer<typeof comparisonSchema>;
/** One place at which models differ. */
export type WordDifference = Comparison['differences'][number];

/** The server-sent events of `POST /v1/compare` with `Accept: text/event-stream`, by name. */
export const compareEventSchemas = { progress: progressSchema, result: comparisonSchema } as const;
