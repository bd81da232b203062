/**
 * The transcript as every part of Sealscribe passes it on: recogniser, server, SDKs, exporters, vault.
 * There is one Segment type and it is this one. Times are seconds from the start of the recording.
 */
import * as z from 'zod/mini';

// Schemas are interpreted, never compiled with `new Function`: pages with a strict CSP may use them.
z.config({ jitless: true });

const seconds = z.number().check(z.gte(0));
const probability = z.number().check(z.gte(0), z.lte(1));

export const wordSchema = z.strictObject({
  /** The word as spoken, with its punctuation, without surrounding spaces. */
  word: z.string(),
  start: seconds,
  end: seconds,
  /** 0 to 1, or null where the recogniser gives none. */
  confidence: z.nullable(probability),
});

export const segmentSchema = z.strictObject({
  /** Position in the transcript, from 0. */
  id: z.int().check(z.gte(0)),
  start: seconds,
  end: seconds,
  text: z.string(),
  /** Label such as "SPEAKER_00", or null where speakers were not told apart. */
  speaker: z.nullable(z.string()),
  confidence: z.nullable(probability),
  /** Empty where word times were not computed. */
  words: z.array(wordSchema),
});

export const transcriptSchema = z.strictObject({
  /** All segments' texts, joined by single spaces. */
  text: z.string(),
  /** BCP 47 tag of the language spoken, for example "en". */
  language: z.string(),
  /** Length of the recording in seconds. */
  duration: seconds,
  segments: z.array(segmentSchema),
  /** The distinct speaker labels in order of appearance. */
  speakers: z.array(z.string()),
  /** Id of the model that made it. */
  model: z.string(),
});

/** One spoken word with its times in seconds. */
export type Word = z.infer<typeof wordSchema>;
/** A stretch of speech, at most about 15 s, with its times in seconds. */
export type Segment = z.infer<typeof segmentSchema>;
/** What a recording says. */
export type Transcript = z.infer<typeof transcriptSchema>;
