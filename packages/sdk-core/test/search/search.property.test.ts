// Search on any text in any script against looking at every segment by itself; highlights lie where what was looked for stands.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { fold, foldLines, foldWithMap } from '../../src/search/fold.js';
import { findHighlights } from '../../src/search/highlight.js';
import { parseQuery } from '../../src/search/query.js';
import { checkColumns, Searchable, toColumns } from '../../src/search/scan.js';

const bit = fc.oneof(
  fc.constantFrom(
    ...[
      'a',
      'b',
      'ab',
      'A',
      ' ',
      '  ',
      '\n',
      '\t',
      'ß',
      'SS',
      'İ',
      'ı',
      'Σ',
      'ς',
      'é',
      'e\u0301',
      'ﬁ',
      'ｶﾞ',
      'か',
      '\u3099',
    ],
    ...[
      'ก',
      'ำ',
      'क',
      '्',
      '़',
      'ة',
      'ه',
      'ـ',
      '\u200d',
      '👨‍👩‍👧',
      '😀',
      '\ud83d',
      '\ude00',
      '１',
      '٣',
      '“',
      '"',
      '„',
      '»',
      '\0',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 2 }),
);
const text = fc.array(bit, { maxLength: 14 }).map((bits) => bits.join(''));
const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });

it('folding is one thing: with its map, by lines, twice, and of characters apart or together', () => {
  fc.assert(
    fc.property(text, (original) => {
      const folded = fold(original);
      expect(foldWithMap(original).folded).toBe(folded);
      expect(foldLines(original).replaceAll('\n', ' ').replace(/ {2,}/g, ' ')).toBe(folded);
      expect(fold(folded)).toBe(folded);
    }),
    cases(10_000),
  );
});

it('case and composition make no difference', () => {
  fc.assert(
    fc.property(character, (one) => {
      expect(fold(one.normalize('NFD'))).toBe(fold(one.normalize('NFC')));
      expect(fold(one.toLowerCase())).toBe(fold(one));
      expect(fold(one.toUpperCase())).toBe(fold(one));
    }),
    cases(15_000),
  );
});

it('the map leads from every unit to the code point that it came from', () => {
  fc.assert(
    fc.property(text, (original) => {
      const { folded, starts, ends } = foldWithMap(original);
      expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
      for (let i = 0; i < folded.length; i++) {
        const [start, end] = [starts[i], ends[i]];
        expect(start >= 0 && start < end && end <= original.length).toBe(true);
        expect(fold(original.slice(start, end))).toContain(folded[i]);
      }
    }),
    cases(4_000),
  );
});

it('any query has terms or is refused with a TypeError or RangeError, and reading it twice changes nothing', () => {
  fc.assert(
    fc.property(text, (query) => {
      try {
        const terms = parseQuery(query);
        expect(new Set(terms).size).toBe(terms.length);
        for (const term of terms) {
          expect(term.trim()).toBe(term);
          expect(fold(term)).toBe(term);
          expect(fold(query)).not.toBe('');
        }
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
        if (error instanceof TypeError) expect(fold(query).replace(/["\s]/g, '')).toBe('');
      }
    }),
    cases(4_000),
  );
});

/** Where a term stands in a text, voiced kana apart: they are other letters. */
const stands = (folded: string, term: string) => {
  for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + 1))
    if (!/[\u3099\u309a]/.test(folded[at + term.length] ?? '')) return true;
  return false;
};

const texts = fc.array(text, { minLength: 1, maxLength: 6 });
/** What stands somewhere in the texts, or does not. */
const lookFor = (from: readonly string[], picks: readonly [number, number, number][]) => {
  const terms = picks.map(([which, start, length]) => {
    const chosen = fold(from[which % from.length] ?? '');
    return chosen
      .slice(start % (chosen.length + 1))
      .slice(0, 1 + length)
      .trim();
  });
  return [...new Set(terms.filter((term) => term !== ''))];
};
const picks = fc.array(fc.tuple(fc.nat(10), fc.nat(30), fc.nat(3)), { minLength: 1, maxLength: 3 });

it('finds the segments that each hold all terms, or those of a transcript that does', () => {
  fc.assert(
    fc.property(texts, picks, fc.boolean(), (list, wanted, all) => {
      const terms = lookFor(list, wanted);
      if (terms.length === 0) return;
      const segments = list.map((one, i) => ({
        start: i,
        end: i,
        text: one,
        speaker: null,
        confidence: null,
      }));
      const columns = checkColumns(JSON.parse(JSON.stringify(toColumns({ segments }))), 'id');
      const found = [
        ...new Searchable(columns).scan(terms, { within: all ? 'segment' : 'transcript', wholeWords: false }),
      ];
      const folded = list.map(fold);
      const everywhere = terms.every((term) => folded.some((one) => one.includes(term)));
      const expected = folded.flatMap((one, i) => {
        const hit = all ? terms.every((term) => stands(one, term)) : terms.some((term) => stands(one, term));
        return hit && (all || everywhere) ? [i] : [];
      });
      expect(found.map(({ segment }) => segment)).toEqual(expected);
      for (const { segment, text: shown } of found) expect(shown).toBe(list[segment]);
    }),
    cases(6_000),
  );
});

it('highlights are in order and inside the text, split no character, and hold a term each', () => {
  fc.assert(
    fc.property(text, picks, fc.boolean(), (original, wanted, wholeWords) => {
      const terms = lookFor([original], wanted);
      if (terms.length === 0) return;
      let last = -1;
      const highlights = findHighlights(original, terms, { all: false, wholeWords }) ?? [];
      const { folded, starts, ends } = foldWithMap(original);
      for (const term of wholeWords ? [] : terms)
        for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + 1)) {
          const [from, to] = [starts[at], ends[at + term.length - 1]];
          if (/[\u3099\u309a]/.test(folded[at + term.length] ?? '')) continue;
          expect(highlights.some(([start, end]) => start <= from && to <= end)).toBe(true);
        }
      for (const [start, end] of highlights) {
        expect(start > last && start < end && end <= original.length).toBe(true);
        expect(
          /^[\udc00-\udfff]/.test(original.slice(start)) && /[\ud800-\udbff]$/.test(original.slice(0, start)),
        ).toBe(false);
        expect(
          /^[\udc00-\udfff]/.test(original.slice(end)) && /[\ud800-\udbff]$/.test(original.slice(0, end)),
        ).toBe(false);
        const held = fold(original.slice(start, end));
        expect(terms.some((term) => held.includes(term))).toBe(true);
        last = end;
      }
    }),
    cases(6_000),
  );
});
