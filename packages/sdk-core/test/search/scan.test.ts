import { expect, test } from 'vitest';
import { Searchable } from '../../src/search/scan.js';

const searchable = (...texts: string[]) =>
  new Searchable({
    segments: texts.map((text, i) => ({
      start: i * 1000,
      end: i * 1000 + 900,
      text,
      speaker: `S${i}`,
      confidence: null,
    })),
  });
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
