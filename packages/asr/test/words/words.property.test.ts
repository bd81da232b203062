// Word times from any attention and any tokens: in order, inside the audio, never overlapping; the path is the best there is.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { retimeWords } from '../../src/streaming/retime.js';
import { toTimedWords } from '../../src/vocabulary/timed-words.js';
import { alignWords } from '../../src/words/align-words.js';
import { groupIntoWords } from '../../src/words/group-into-words.js';
import { findBorders } from '../../src/words/monotonic-path.js';
import { separate } from '../../src/words/separate.js';

const ALMOST = 1e-9;
const weight = fc.float({ min: 0, max: 1, noNaN: true });
const pieceText = fc.oneof(
  fc.constantFrom(
    ' a',
    'b',
    ' wait',
    ' -',
    ',',
    '.',
    ' ',
    '',
    '走',
    '吧',
    ' 走',
    'ไทย',
    '\ufffd',
    'c ',
    ' ¿',
  ),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);
const piece = fc.record({ text: pieceText, logProbability: fc.float({ min: -30, max: 0, noNaN: true }) });

/** In order and apart, between two times, each of them with some length. */
function check(words: readonly { start: number; end: number }[], from: number, to: number): void {
  let last = from;
  for (const { start, end } of words) {
    expect(Number.isFinite(start) && Number.isFinite(end)).toBe(true);
    expect(start).toBeGreaterThanOrEqual(last - ALMOST);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
  expect(last).toBeLessThanOrEqual(to + ALMOST);
}

it('words from tokens keep every letter, in order', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const words = groupIntoWords(pieces);
      const bare = (text: string) => text.replace(/\s/g, '');
      expect(bare(words.map(({ text }) => text).join(''))).toBe(
        bare(pieces.map(({ text }) => text).join('')),
      );
      const tokens = words.flatMap((word) => [...word.tokens]);
      expect(tokens).toEqual(pieces.flatMap(({ text }, i) => (text.trim() === '' ? [] : [i])));
      for (const { tokens, spoken, text } of words) {
        expect(text.trim()).toBe(text);
        expect(spoken.length).toBeGreaterThan(0);
        for (const one of spoken) expect(tokens).toContain(one);
      }
    }),
    cases(4_000),
  );
});

it('intervals pushed apart are in order and inside, and stay where they were if they could', () => {
  const time = fc.double({ min: -5, max: 20, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(time, time)),
      fc.double({ min: 0.001, max: 15, noNaN: true }),
      (pairs, duration) => {
        const intervals = pairs.map(([start, end]) => ({ start, end }));
        const result = separate(intervals, duration, 0.02);
        expect(result).toHaveLength(pairs.length);
        check(result, 0, duration);
        const least = Math.min(0.02, duration / pairs.length) - ALMOST;
        for (const { start, end } of result) expect(end - start).toBeGreaterThanOrEqual(least);
        // What is right already is not touched.
        expect(separate(result, duration, least)).toEqual(result);
      },
    ),
    cases(4_000),
  );
});

it('the borders are the best that there are, by trying all of them', () => {
  const matrix = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 }))
    .chain(([rows, frames]) =>
      fc.tuple(
        fc.constant(frames),
        fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: frames, maxLength: frames }), {
          minLength: rows,
          maxLength: rows,
        }),
      ),
    );
  fc.assert(
    fc.property(matrix, ([frames, rows]) => {
      const borders = findBorders(
        rows.map((row) => Float32Array.from(row)),
        frames,
      );
      expect([borders[0], borders.at(-1), borders.length]).toEqual([0, frames, rows.length + 1]);
      if (rows.length > frames) return;
      const sum = (at: readonly number[]) =>
        rows.reduce((total, row, i) => total + row.slice(at[i], at[i + 1]).reduce((a, b) => a + b, 0), 0);
      let best = -Infinity;
      const walk = (at: number[]) => {
        if (at.length === rows.length) best = Math.max(best, sum([...at, frames]));
        else for (let next = at.at(-1)! + 1; next < frames; next++) walk([...at, next]);
      };
      walk([0]);
      borders.slice(1).forEach((border, i) => expect(border).toBeGreaterThan(borders[i]));
      expect(sum(borders)).toBe(best);
    }),
    cases(3_000),
  );
});

it('aligned words are in order inside the audio, whatever the attention', () => {
  const audio = fc.record({
    tokens: fc.array(piece, { maxLength: 8 }),
    frames: fc.nat(12),
    duration: fc.double({ min: 0.05, max: 15, noNaN: true }),
    regions: fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      { maxLength: 3 },
    ),
    seed: fc.array(weight, { minLength: 1, maxLength: 50 }),
  });
  fc.assert(
    fc.property(audio, ({ tokens, frames, duration, regions, seed }) => {
      const times = regions
        .flat()
        .sort((a, b) => a - b)
        .map((share) => share * duration);
      const words = alignWords({
        tokens,
        attention: {
          layers: 2,
          heads: 1,
          frames,
          weights: Float32Array.from(
            { length: tokens.length * 2 * frames },
            (_, i) => seed[(i * 7) % seed.length],
          ),
        },
        heads: [
          { layer: 0, head: 0, weight: 0.6 },
          { layer: 1, head: 0, weight: 0.4 },
        ],
        duration,
        frameSeconds: frames === 0 ? 0.02 : duration / frames,
        regions: Array.from({ length: times.length / 2 }, (_, i) => ({
          start: times[2 * i],
          end: times[2 * i + 1],
        })),
      });
      check(words, 0, duration);
      for (const { confidence } of words) expect(confidence! >= 0 && confidence! <= 1).toBe(true);
    }),
    cases(3_000),
  );
});

it('words of tokens with times are in order inside their span', () => {
  const timed = fc.tuple(
    piece,
    fc.double({ min: -1, max: 20, noNaN: true }),
    fc.double({ min: -1, max: 20, noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.array(timed, { maxLength: 15 }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 0.01, max: 15, noNaN: true }),
      (tokens, start, length) => {
        const words = toTimedWords(
          tokens.map(([one, from, to]) => ({ ...one, start: from, end: to })),
          { start, end: start + length },
        );
        check(words, start, start + length);
      },
    ),
    cases(3_000),
  );
});

it('words that are shown otherwise keep their order, and the times of those that are still there', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, fc.nat(300), fc.integer({ min: 1, max: 300 })), { maxLength: 8 }),
      fc.array(word, { maxLength: 8 }),
      (heard, shown) => {
        let now = 0;
        const words = heard.map(([one, gap, length]) => {
          const start = now + gap;
          now = start + length;
          return { word: one, start: start / 1000, end: now / 1000, confidence: 0.5 };
        });
        const result = retimeWords(words, shown.join(' '), now / 1000);
        if (words.length === 0) return void expect(result).toEqual([]);
        expect(result.map((one) => one.word)).toEqual(shown);
        let last = 0;
        for (const { start, end, confidence, word } of result) {
          expect(start >= last - ALMOST && end >= start - ALMOST && end <= now / 1000 + ALMOST).toBe(true);
          if (confidence !== null) expect(words).toContainEqual({ word, start, end, confidence });
          last = end;
        }
      },
    ),
    cases(4_000),
  );
});
