/**
 * A transcript apart into what the vault seals separately (card, segments, words column by column), and together again
 * (docs/formats.md, sealed-v1). Times become whole milliseconds and confidences thousandths; everything else survives unchanged.
 * Every document is checked strictly before use: being authentic does not make it well-formed.
 */
import {
  cardSchema,
  transcriptDocumentSchema,
  transcriptSchema,
  wordsDocumentSchema,
  type Card,
  type Transcript,
  type TranscriptDocument,
  type Word,
  type WordsDocument,
} from '@sealscribe/protocol';
import { IntegrityError } from './errors.js';
import type { Shape } from './http.js';

/** What the card takes from the transcript itself. */
export type Summary = Pick<Card, 'language' | 'duration' | 'speakers' | 'model'>;

/** A transcript in the shapes in which it is sealed. */
export interface Documents {
  summary: Summary;
  transcript: TranscriptDocument;
  words: WordsDocument;
}

const milliseconds = (seconds: number) => Math.round(seconds * 1000);
const thousandths = (share: number | null) => (share === null ? null : Math.round(share * 1000));
const back = (value: number) => value / 1000;
const backOrNull = (value: number | null) => (value === null ? null : value / 1000);
const joined = (segments: readonly { text: string }[]) => segments.map((segment) => segment.text).join(' ');

/** @throws TypeError when it is not a transcript */
export function checkTranscript(transcript: Transcript): Transcript {
  const checked = transcriptSchema.safeParse(transcript);
  // Not the schema's own message: it would quote the text.
  if (!checked.success) throw new TypeError('transcript must be a transcript as transcribe() gives it');
  return checked.data;
}

/**
 * Takes a transcript apart.
 * @throws TypeError when it is not a transcript
 */
export function toDocuments(input: Transcript): Documents {
  const { text, language, duration, segments, speakers, model } = checkTranscript(input);
  return {
    summary: { language, duration: milliseconds(duration), speakers, model },
    transcript: {
      ...(text === joined(segments) ? {} : { text }),
      segments: segments.map((segment) => ({
        start: milliseconds(segment.start),
        end: milliseconds(segment.end),
        text: segment.text,
        speaker: segment.speaker,
        confidence: thousandths(segment.confidence),
      })),
    },
    words: {
      segments: segments.map(({ words }) => ({
        words: words.map((word) => word.word),
        starts: words.map((word) => milliseconds(word.start)),
        ends: words.map((word) => milliseconds(word.end)),
        confidences: words.map((word) => thousandths(word.confidence)),
      })),
    },
  };
}

/**
 * A copy of a card, checked before it is sealed: what is sealed wrongly can never be opened again.
 * @throws TypeError
 */
export function checkLabels(card: Omit<Card, 'tags'> & { tags: readonly string[] }): Card {
  const checked = cardSchema.safeParse(card);
  if (!checked.success)
    throw new TypeError('title and fileName must be strings and tags an array of strings');
  return checked.data;
}

/**
 * Puts a transcript together; without the words part every segment's words are empty.
 * @throws IntegrityError "invalid_document" when the parts do not fit each other
 */
export function fromDocuments(
  card: Summary,
  { text, segments }: TranscriptDocument,
  words: WordsDocument | undefined,
  id: string,
): Transcript {
  if (words && words.segments.length !== segments.length) throw invalid(id);
  return {
    text: text ?? joined(segments),
    language: card.language,
    duration: back(card.duration),
    segments: segments.map((segment, position) => ({
      id: position,
      start: back(segment.start),
      end: back(segment.end),
      text: segment.text,
      speaker: segment.speaker,
      confidence: backOrNull(segment.confidence),
      words: toWords(words?.segments[position], id),
    })),
    speakers: card.speakers,
    model: card.model,
  };
}

function toWords(columns: WordsDocument['segments'][number] | undefined, id: string): Word[] {
  if (!columns) return [];
  const { words, starts, ends, confidences } = columns;
  if ([starts, ends, confidences].some((column) => column.length !== words.length)) throw invalid(id);
  return words.map((word, i) => ({
    word,
    start: back(starts[i] ?? 0),
    end: back(ends[i] ?? 0),
    confidence: backOrNull(confidences[i] ?? null),
  }));
}

const invalid = (id: string) =>
  new IntegrityError('invalid_document', 'The data opened, but is not a valid document.', { id });

function check<T>(shape: Shape<T>, document: unknown, id: string): T {
  const checked = shape.safeParse(document);
  if (!checked.success) throw invalid(id);
  return checked.data;
}

/** @throws IntegrityError "invalid_document" */
export const checkCard = (document: unknown, id: string): Card => check(cardSchema, document, id);
/** @throws IntegrityError "invalid_document" */
export const checkTranscriptDocument = (document: unknown, id: string): TranscriptDocument =>
  check(transcriptDocumentSchema, document, id);
/** @throws IntegrityError "invalid_document" */
export const checkWordsDocument = (document: unknown, id: string): WordsDocument =>
  check(wordsDocumentSchema, document, id);
