/**
 * What lies inside the sealed parts of a transcript, as JSON (docs/formats.md, sealed-v1): written and read by clients alone,
 * the server never sees it. Times are integers of milliseconds. Word data stands column by column, a third of the size of rows.
 * Unknown keys, `__proto__` among them, are refused.
 */
import * as z from 'zod/mini';
import { cardRecordingSchema } from './recordings-api.js';
import { transcriptSchema } from './transcript.js';

const milliseconds = z.int().check(z.gte(0));
const thousandths = z.int().check(z.gte(0), z.lte(1000));

/** The card without its `parts`: what a list shows. */
export const cardSchema = z.strictObject({
  title: z.nullable(z.string()),
  fileName: z.nullable(z.string()),
  /** BCP 47 tag. */
  language: z.string(),
  duration: milliseconds,
  speakers: z.array(z.string()),
  tags: z.array(z.string()),
  model: z.string(),
  /** By the clock of the device that wrote it. */
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Only where the sound is kept. */
  recording: z.optional(cardRecordingSchema),
});
/** What a list shows of a transcript. */
export type Card = z.infer<typeof cardSchema>;

/** The transcript part: everything but what the card and the word columns hold. */
export const transcriptDocumentSchema = z.strictObject({
  /** Only where it is not the segments' texts joined by single spaces. */
  text: z.optional(z.string()),
  segments: z.array(
    z.strictObject({
      start: milliseconds,
      end: milliseconds,
      text: z.string(),
      speaker: z.nullable(z.string()),
      confidence: z.nullable(thousandths),
    }),
  ),
});
/** Segments of a transcript, sealed. */
export type TranscriptDocument = z.infer<typeof transcriptDocumentSchema>;

/** The words part: per segment four columns of equal length, all empty where word times were not computed. */
export const wordsDocumentSchema = z.strictObject({
  segments: z.array(
    z.strictObject({
      words: z.array(z.string()),
      starts: z.array(milliseconds),
      ends: z.array(milliseconds),
      confidences: z.array(z.nullable(thousandths)),
    }),
  ),
});
/** Words of a transcript, sealed. */
export type WordsDocument = z.infer<typeof wordsDocumentSchema>;

/** What lies inside a blob of private mode (baseline-v1). */
export const privateDocumentSchema = z.strictObject({
  transcript: transcriptSchema,
  title: z.optional(z.string()),
  fileName: z.optional(z.string()),
});
/** A transcript with its labels, as private mode seals it. */
export type PrivateDocument = z.infer<typeof privateDocumentSchema>;
