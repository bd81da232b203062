import { describe, expect, test } from 'vitest';
import { fold, foldWithMap } from '../../src/search/fold.js';
import { findHighlights } from '../../src/search/highlight.js';
import { parseQuery } from '../../src/search/query.js';

describe('folding', () => {
  test.each([
    ['Straße', 'STRASSE'],
    ['İstanbul', 'istanbul'],
    ['DIŞARI', 'dışarı'],
    ['ﬁancé', 'FIANCE'],
    ['fiance\u0301', 'fiancé'],
    ['Łódź', 'lodz'],
    ['Ελλάς', 'ΕΛΛΑΣ'],
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['ｶﾞｲﾄﾞ', 'ガイド'],
    ['السَّلَامُ', 'السلام'],
    ['أحمد', 'احمد'],
    ['مدرسة', 'مدرسه'],
    ['سـلام', 'سلام'],
    ['שָׁלוֹם', 'שלום'],
    ['क़लम', 'कलम'],
    ['૧૨ ٣٤', '12 34'],
    ['don’t—stop', "DON'T-STOP"],
    ['a\u00ad\u200bb \t\n c', 'ab c'],
    ['K', 'k'],
  ])('%s is the same as %s', (a, b) => {
    expect(fold(a)).toBe(fold(b));
  });

  test.each([
    ['કલમ', 'કાલમ'],
    ['हिन्दी', 'हन्द'],
    ['か', 'が'],
    ['ask', 'asks'],
  ])('%s is not %s', (a, b) => {
    expect(fold(a)).not.toBe(fold(b));
  });

  test('with a map it is the same text, and the map covers all of the original', () => {
    const alphabet = [...'aZß İıﬁéÅ走がｶﾞ한 \t\n😀👨‍👩‍👧', '\u0301', 'ક્ષિ', 'ّ', '\u00a0', '\u00ad', '\ud800'];
    let seed = 7;
    const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: next(30) }, () => alphabet[next(alphabet.length)]).join('');
      const { folded, starts, ends } = foldWithMap(text);
      expect(folded).toBe(fold(text));
      expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
      for (const [unit, start] of starts.entries()) {
        expect(start).toBeLessThan(ends[unit]);
        expect(start).toBeGreaterThanOrEqual(starts[unit - 1] ?? 0);
        expect(ends[unit]).toBeLessThanOrEqual(text.length);
      }
    }
  });
});

describe('highlights', () => {
  const marked = (text: string, query: string, wholeWords = false) =>
    findHighlights(text, parseQuery(query), { all: true, wholeWords })?.map(([start, end]) =>
      text.slice(start, end),
    );

  test.each([
    ['Die Straße hier', 'strasse', ['Straße']],
    ['Die Straße hier', 'stras', ['Straß']],
    ['İstanbul\u2019da', 'ISTANBUL', ['İstanbul']],
    ['eﬃcient', 'ffi', ['ﬃ']],
    ['eﬃcient', 'fic', ['ﬃc']],
    ['cafe\u0301 noir', 'cafe', ['cafe\u0301']],
    ['السَّلَامُ عَلَيْكُمْ', 'السلام', ['السَّلَامُ']],
    ['שָׁלוֹם עולם', 'שלום', ['שָׁלוֹם']],
    ['ＡＢＣ株式会社', 'abc', ['ＡＢＣ']],
    ['ગુજરાતી ભાષા', 'ભાષ', ['ભાષા']],
    ['हिन्दी में', 'हिन्द', ['हिन्दी']],
    ['今日は天気がいい', '天気', ['天気']],
    ['안녕하세요', '안녕', ['안녕']],
    ['one 👨‍👩‍👧 two', '👨', ['👨‍👩‍👧']],
    ['aaa', 'aa', ['aaa']],
    ['ask not ASK', 'ask', ['ask', 'ASK']],
    ['well  known\tfact', '"well known fact"', ['well  known\tfact']],
    ['a b', 'b a', ['a', 'b']],
  ])('in %s for %s', (text, query, expected) => {
    expect(marked(text, query)).toEqual(expected);
  });

  test('a voiced kana is not the plain one', () => {
    expect(marked('ガイド', 'カ')).toBeUndefined();
    expect(marked('カイガ', 'カ')).toEqual(['カ']);
  });

  test('whole words begin and end where words do, in scripts without spaces too', () => {
    expect(marked('ask asking', 'ask', true)).toEqual(['ask']);
    expect(marked('asking', 'ask', true)).toBeUndefined();
    expect(marked('今日は天気がいい', '天気', true)).toEqual(['天気']);
    expect(marked('東京都', '京都', true)).toBeUndefined();
    expect(marked('હિન્દી ભાષા', 'ભાષા', true)).toEqual(['ભાષા']);
  });

  test('every term is needed, or one', () => {
    const terms = parseQuery('ask never');
    expect(findHighlights('ask not', terms, { all: true, wholeWords: false })).toBeUndefined();
    expect(findHighlights('ask not', terms, { all: false, wholeWords: false })).toEqual([[0, 3]]);
  });
});

test('a query is terms and phrases, each once', () => {
  expect(parseQuery('  Ask "What  you" ask „dein Land“ «pays»')).toEqual([
    'ask',
    'what you',
    'dein land',
    'pays',
  ]);
  expect(parseQuery('"unfinished phrase')).toEqual(['unfinished phrase']);
  for (const nothing of ['', '  ', '""', '\u0301']) expect(() => parseQuery(nothing)).toThrow(TypeError);
  expect(() => parseQuery(Array.from({ length: 33 }, (_, i) => `w${i}`).join(' '))).toThrow(RangeError);
});
