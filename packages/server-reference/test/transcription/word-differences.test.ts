import type { Segment, Transcript } from '@sealscribe/protocol';
import { describe, expect, it } from 'vitest';
import { findDifferences } from '../../src/transcription/word-differences.js';

const segment = (start: number, text: string, timed = true): Segment => ({
  id: 0,
  start,
  end: start + 10,
  text,
  speaker: null,
  confidence: null,
  words: timed
    ? text.split(' ').map((word, i) => ({ word, start: start + i, end: start + i + 0.5, confidence: null }))
    : [],
});
const result = (model: string, ...segments: Segment[]) => ({
  model,
  transcript: { text: '', language: 'en', duration: 60, segments, speakers: [], model } satisfies Transcript,
});

describe('differences of words', () => {
  it('are none where only case and punctuation differ', () => {
    expect(
      findDifferences([result('a', segment(0, 'Ask not, what')), result('b', segment(0, 'ask NOT what.'))]),
    ).toEqual([]);
  });

  it('show what each model wrote in one place, with its time', () => {
    const found = findDifferences([
      result('a', segment(0, 'we hold these truths to be'), segment(20, 'self evident')),
      result('b', segment(0, 'we hold these boots to be'), segment(20, 'self evident')),
      result('c', segment(0, 'we told these truths to be'), segment(20, 'self-evident')),
    ]);
    expect(found).toEqual([
      { at: 1, variants: variants(['hold'], ['hold'], ['told']) },
      { at: 3, variants: variants(['truths'], ['boots'], ['truths']) },
      { at: 20, variants: variants(['self', 'evident'], ['self', 'evident'], ['self-evident']) },
    ]);
  });

  it('join neighbouring places, words that were left out and words that were put in', () => {
    const found = findDifferences([
      result('a', segment(5, 'one two three four')),
      result('b', segment(5, 'one too free four five')),
      result('c', segment(5, 'one four')),
    ]);
    expect(found).toEqual([
      { at: 6, variants: variants(['two', 'three'], ['too', 'free'], []) },
      { at: 8, variants: variants([], ['five'], []) },
    ]);
  });

  it('show a segment in which only some models heard anything', () => {
    expect(findDifferences([result('a'), result('b', segment(3, 'hello there'))])).toEqual([
      {
        at: 3,
        variants: [
          { model: 'a', words: [] },
          { model: 'b', words: ['hello', 'there'] },
        ],
      },
    ]);
  });

  it('have the time of the segment where a model tells no times of words', () => {
    const found = findDifferences([
      result('a', segment(7, 'one two', false)),
      result('b', segment(7, 'one three', false)),
    ]);
    expect(found.map(({ at }) => at)).toEqual([7]);
  });
});

const variants = (...words: string[][]) => words.map((list, i) => ({ model: 'abc'[i], words: list }));
