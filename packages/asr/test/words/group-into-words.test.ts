import { describe, expect, it } from 'vitest';
import { groupIntoWords } from '../../src/words/group-into-words.js';

const group = (...texts: string[]) => groupIntoWords(texts.map((text) => ({ text, logProbability: 0 })));
const wordsOf = (...texts: string[]) => group(...texts).map(({ text }) => text);

describe('tokens become words', () => {
  it('that begin where a token begins with a space, with their punctuation', () => {
    expect(wordsOf(' And', ' so', ',', ' my', ' f', 'ell', 'ow', "'", 's', '.')).toEqual([
      'And',
      'so,',
      'my',
      "fellow's.",
    ]);
  });

  it('whose punctuation is not what is heard', () => {
    expect(group(' "', 'So', ',', ' it', "'", 's')).toEqual([
      { text: '"So,', tokens: [0, 1, 2], spoken: [1] },
      { text: "it's", tokens: [3, 4, 5], spoken: [3, 5] },
    ]);
  });

  it('to which punctuation that stands alone belongs too', () => {
    expect(wordsOf(' wait', ' -', ' what')).toEqual(['wait -', 'what']);
    expect(wordsOf(' -', ' what')).toEqual(['- what']);
    expect(wordsOf(' ...')).toEqual(['...']);
  });

  it('one by one in scripts without spaces, and spaces alone only part them', () => {
    expect(wordsOf('電', '柱', 'に')).toEqual(['電', '柱', 'に']);
    expect(wordsOf(' ', 'one', ' ', 'two', '', '')).toEqual(['one', 'two']);
    expect(wordsOf('', ' ')).toEqual([]);
  });
});
