import type { Card, Transcript } from '@sealscribe/protocol';
import { describe, expect, test } from 'vitest';
import {
  checkCard,
  checkTranscriptDocument,
  checkWordsDocument,
  fromDocuments,
  toDocuments,
} from '../src/documents.js';
import { transcript } from './transcript.js';

const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
const cardOf = (from: Transcript): Card => ({
  title: null,
  fileName: null,
  tags: [],
  ...toDocuments(from).summary,
  ...times,
});
const id = 'A'.repeat(22);

/** As it comes out of the vault: through JSON, then checked. */
function sealedAndOpened(from: Transcript, withWords = true): Transcript {
  const documents = toDocuments(from);
  const copy = <T>(value: T): unknown => JSON.parse(JSON.stringify(value));
  return fromDocuments(
    checkCard(copy(cardOf(from)), id),
    checkTranscriptDocument(copy(documents.transcript), id),
    withWords ? checkWordsDocument(copy(documents.words), id) : undefined,
    id,
  );
}

test('a transcript comes back as it was', () => {
  expect(sealedAndOpened(transcript)).toEqual(transcript);
});

test('times are kept to the millisecond and confidences to the thousandth', () => {
  const [segment] = transcript.segments;
  const fine = { ...segment, start: 0.12345, end: 1.00049, confidence: 0.98765, words: [] };
  const opened = sealedAndOpened({ ...transcript, segments: [fine] }).segments[0];
  expect([opened.start, opened.end, opened.confidence]).toEqual([0.123, 1, 0.988]);
});

test('a text that is not the segments joined is kept, one that is costs nothing', () => {
  expect(toDocuments(transcript).transcript).not.toHaveProperty('text');
  const own = { ...transcript, text: 'Edited  by hand.' };
  expect(sealedAndOpened(own)).toEqual(own);
  const bare = { ...transcript, segments: [], text: 'no segments' };
  expect(sealedAndOpened(bare)).toEqual(bare);
});

test('without the words part every segment has no words, and nothing else changes', () => {
  const segments = transcript.segments.map((segment) => ({ ...segment, words: [] }));
  expect(sealedAndOpened(transcript, false)).toEqual({ ...transcript, segments });
});

test('words column by column take at most 60 % of the bytes of words in rows', () => {
  const word = (i: number) => ({ word: 'talk', start: i * 0.4, end: i * 0.4 + 0.321, confidence: 0.987 });
  const [segment] = transcript.segments;
  const words = Array.from({ length: 500 }, (_, i) => word(i));
  const long = { ...transcript, segments: [{ ...segment, words }] };
  const columns = JSON.stringify(toDocuments(long).words).length;
  expect(columns / JSON.stringify(words).length).toBeLessThan(0.6);
});

test('what is not a transcript is refused without being quoted', () => {
  const bad = { ...transcript, text: 42, model: 'secret words' } as unknown as Transcript;
  expect(() => toDocuments(bad)).toThrow(TypeError);
  expect(() => toDocuments(bad)).not.toThrow(/secret/);
});

describe('documents that opened but are not well-formed are refused', () => {
  const { transcript: body, words } = toDocuments(transcript);
  const card = cardOf(transcript);
  const invalid = expect.objectContaining({ name: 'IntegrityError', code: 'invalid_document', id });
  const withKey = (value: object, key: string) =>
    JSON.parse(JSON.stringify(value).replace('{', `{${JSON.stringify(key)}:{"polluted":true},`)) as unknown;

  test.each(['extra', '__proto__', 'constructor'])('an unknown key %s', (key) => {
    expect(() => checkCard(withKey(card, key), id)).toThrow(invalid);
    expect(() => checkTranscriptDocument(withKey(body, key), id)).toThrow(invalid);
    expect(() => checkWordsDocument(withKey(words, key), id)).toThrow(invalid);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('an unknown key deep inside', () => {
    const [first, ...others] = body.segments;
    const deep = { ...body, segments: [withKey(first, '__proto__'), ...others] };
    expect(() => checkTranscriptDocument(deep, id)).toThrow(invalid);
  });

  test('columns of unequal length, and words for another number of segments', () => {
    const [first, ...others] = words.segments;
    const short = { segments: [{ ...first, ends: first.ends.slice(1) }, ...others] };
    expect(() => fromDocuments(card, body, short, id)).toThrow(invalid);
    expect(() => fromDocuments(card, body, { segments: others }, id)).toThrow(invalid);
  });

  test.each([
    ['fractions of a millisecond', { duration: 1.5 }],
    ['a negative time', { duration: -1 }],
    ['a missing title', { title: undefined }],
    ['a date that is none', { createdAt: 'yesterday' }],
  ])('%s', (_, change) => {
    expect(() => checkCard({ ...card, ...change }, id)).toThrow(invalid);
  });
});
