/** Which pieces of a text can be clicked, and which word is spoken when. */
import { describe, expect, test } from 'vitest';
import type { Segment } from '@sealscribe/sdk-browser';
import { piecesOf, spokenAt } from '../src/transcript/spoken-words.js';

const word = (text: string, start: number) => ({ word: text, start, end: start + 0.5, confidence: null });
const segment = (id: number, start: number, text: string, words: Segment['words']): Segment => ({
  ...{ id, start, end: start + 2, text, words },
  ...{ speaker: null, confidence: null },
});

describe('pieces', () => {
  test.each([
    ['Ask not, ask.', ['Ask', 'not,', 'ask.']],
    ['今日は', ['今日', 'は']],
    ['  spaces  between ', ['spaces', 'between']],
    ['a a a', ['a', 'a', 'a']],
    ['words that went away', ['words', 'gone', 'away']],
    ['no words', []],
    ['', ['', 'x']],
  ])('of %j give the text again, with its words in order', (text, words) => {
    const pieces = piecesOf({ text, words: words.map((spoken, at) => word(spoken, at)) });
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    const found = pieces.filter((piece) => piece.word !== undefined);
    expect(found.map((piece) => piece.text)).toEqual(found.map((piece) => words[piece.word ?? -1]));
    expect(found.length).toBe(words.filter((spoken) => spoken !== '' && text.includes(spoken)).length);
  });
});

describe('spoken', () => {
  const segments = [
    segment(0, 1, 'ask not', [word('ask', 1), word('not', 1.5)]),
    segment(1, 4, 'what', []),
    segment(2, 6, 'you can', [word('you', 6.2), word('can', 6.8)]),
  ];
  test.each([
    [0, undefined],
    [1, { segment: 0, word: 0 }],
    [1.49, { segment: 0, word: 0 }],
    [1.5, { segment: 0, word: 1 }],
    [3.9, { segment: 0, word: 1 }],
    [4, { segment: 1, word: undefined }],
    [6.1, { segment: 2, word: undefined }],
    [99, { segment: 2, word: 1 }],
  ])('at %d s', (time, expected) => expect(spokenAt(segments, time)).toEqual(expected));
});
