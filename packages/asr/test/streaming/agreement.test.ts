import { describe, expect, it } from 'vitest';
import { agreeingPrefix, lengthHeard, lengthOfSaid, toText, toUnits } from '../../src/streaming/agreement.js';
import { retimeWords } from '../../src/streaming/retime.js';

const agreed = (a: string, b: string) => toText(toUnits(b).slice(0, agreeingPrefix(toUnits(a), toUnits(b))));
const rest = (text: string, said: string) =>
  toText(toUnits(text).slice(lengthOfSaid(toUnits(text), toUnits(said))));

describe('agreement', () => {
  it('takes texts apart into words, or characters where there are no spaces, and back', () => {
    for (const text of ['ask not', '  what  your\n country', '今日は。', 'das ist 日本 schön', ''])
      expect(toText(toUnits(text))).toBe(text.trim().replace(/\s+/g, ' '));
    expect(toUnits('ask not')).toEqual([' ask', ' not']);
    expect(toUnits('今日 ok')).toEqual(['今', '日', ' ok']);
  });
  it('is what two texts begin with, without a last word that may yet go on', () => {
    expect(agreed('my fellow Am', 'my fellow Americans ask')).toBe('my fellow');
    expect(agreed('my fellow', 'my fellow')).toBe('my');
    expect(agreed('one two three', 'one too three')).toBe('one');
    expect(agreed('', 'one')).toBe('');
  });
  it('goes on after what was said, though it is heard a little differently now', () => {
    expect(rest('And so, my fellow Americans', 'and so my')).toBe('fellow Americans');
    expect(rest('and sew my fellow Americans', 'and so my')).toBe('fellow Americans');
    expect(rest('well and so my fellow', 'and so my')).toBe('fellow');
    expect(rest('completely', '')).toBe('completely');
    expect(rest('', 'said before')).toBe('');
  });
  it('finds how much of it a shorter piece of audio holds', () => {
    const said = toUnits('ask not what your country can do');
    expect(lengthHeard(said, toUnits('Ask not, what your'))).toBe(4);
    expect(lengthHeard(said, toUnits('ask not what your country can do for you'))).toBe(7);
    expect(lengthHeard(said, [])).toBe(0);
  });
});

describe('times of words that were heard differently', () => {
  const word = (text: string, start: number, end: number) => ({ word: text, start, end, confidence: 0.9 });
  const heard = [word('ask', 0, 0.4), word('knot', 0.4, 0.8), word('what', 1, 1.2)];
  it('stay for the same text, and are shared out for other words', () => {
    expect(retimeWords(heard, 'ask knot what', 2)).toEqual(heard);
    expect(retimeWords([], 'ask not', 2)).toEqual([]);
    const timed = retimeWords(heard, 'ask not now what your', 2);
    expect(timed.map((each) => each.word)).toEqual(['ask', 'not', 'now', 'what', 'your']);
    expect(timed.map((each) => each.confidence)).toEqual([0.9, null, null, 0.9, null]);
    for (const [i, { start, end }] of timed.entries()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(timed[i - 1]?.end ?? 0);
      expect(end).toBeLessThanOrEqual(2);
    }
  });
});
