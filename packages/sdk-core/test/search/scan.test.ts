import { expect, test } from 'vitest';
import { transcriptDocumentSchema } from '@sealscribe/protocol';
import { Searchable, checkColumns, checkSegments, toColumns } from '../../src/search/scan.js';

const searchable = (...texts: string[]) =>
  new Searchable(
    toColumns({
      segments: texts.map((text, i) => ({
        start: i * 1000,
        end: i * 1000 + 900,
        text,
        speaker: `S${i % 2}`,
        confidence: null,
      })),
    }),
  );
const segments = (of: Searchable, terms: string[], within: 'segment' | 'transcript' = 'segment') =>
  [...of.scan(terms, { within, wholeWords: false })].map(({ segment }) => segment);

test('finds every segment, the first and the last too, once each', () => {
  const text = searchable('ask', 'not', 'Ask ask', '', 'ASK');
  expect(segments(text, ['ask'])).toEqual([0, 2, 4]);
  expect([...text.scan(['not'], { within: 'segment', wholeWords: false })]).toEqual([
    { segment: 1, time: 1, speaker: 'S1', text: 'not', highlights: [[0, 3]] },
  ]);
});

test('all terms in one segment, or all in the transcript and any in a segment', () => {
  const text = searchable('ask not', 'what you', 'ask what');
  expect(segments(text, ['ask', 'what'])).toEqual([2]);
  expect(segments(text, ['not', 'you'], 'transcript')).toEqual([0, 1]);
  expect(segments(text, ['not', 'absent'], 'transcript')).toEqual([]);
});

test('nothing is found over the end of a segment, nor by a line break', () => {
  const text = searchable('ask not', 'what', 'one\ntwo');
  expect(segments(text, ['not what'])).toEqual([]);
  expect(segments(text, ['one two'])).toEqual([2]);
  expect(searchable().has('a')).toBe(false);
});

test('a text keeps its own line ends, and its place, time and speaker', () => {
  const text = searchable('one\ntwo\n', '\n', 'three');
  expect([...text.scan(['two'], { within: 'segment', wholeWords: false })]).toEqual([
    { segment: 0, time: 0, speaker: 'S0', text: 'one\ntwo\n', highlights: [[4, 7]] },
  ]);
  expect([...text.scan(['three'], { within: 'segment', wholeWords: false })]).toEqual([
    { segment: 2, time: 2, speaker: 'S0', text: 'three', highlights: [[0, 5]] },
  ]);
});

test('columns that another version wrote are refused', () => {
  const columns = { text: 'a\nb', ends: [1, 3], times: [0, 1000], speakers: [null], speakerOf: [0, 0] };
  expect(checkColumns(columns, 'id')).toEqual(columns);
  for (const changed of [
    { text: 1 },
    { ends: [1] },
    { ends: '1,3' },
    { times: [0, '1'] },
    { speakers: 'me' },
    { speakerOf: [0, -1] },
    { speakerOf: undefined },
  ])
    expect(() => checkColumns({ ...columns, ...changed }, 'id')).toThrow(
      expect.objectContaining({ code: 'invalid_document' }),
    );
});

test('a document is accepted exactly where the schema accepts it', () => {
  const segment = { start: 0, end: 5, text: 'a', speaker: null, confidence: 7 };
  const segments = [
    segment,
    { ...segment, speaker: 'S', confidence: null },
    ...[
      { start: -1 },
      { start: 0.5 },
      { end: '5' },
      { text: null },
      { speaker: 1 },
      { confidence: 1001 },
    ].map((change) => ({
      ...segment,
      ...change,
    })),
    { ...segment, extra: 1 },
    JSON.parse('{"start":0,"end":5,"text":"a","speaker":null,"confidence":7,"__proto__":{}}'),
    { start: 0, end: 5, text: 'a', speaker: null, __proto: 1 },
    null,
    [],
  ];
  const documents = [
    ...segments.map((each) => ({ segments: [segment, each] })),
    { segments: [], text: 'a' },
    ...[{}, { segments: 1 }, { segments: [], text: 1 }, { segments: [], extra: 1 }],
  ];
  const verdicts = documents.map((document) => {
    try {
      return checkSegments(document, 'id') === document;
    } catch (failure) {
      expect(failure).toMatchObject({ code: 'invalid_document', id: 'id' });
      return false;
    }
  });
  expect(verdicts).toEqual(documents.map((document) => transcriptDocumentSchema.safeParse(document).success));
  expect(verdicts.filter(Boolean)).toHaveLength(3);
});
