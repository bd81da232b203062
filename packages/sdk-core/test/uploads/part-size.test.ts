import { expect, test } from 'vitest';
import { FIRST_PART, nextPartSize } from '../../src/uploads/part-size.js';

/** Sizes of parts on a line of so many bytes per millisecond. */
function sizesAt(speed: number): number[] {
  const sizes = [FIRST_PART];
  for (let i = 0; i < 20; i++) {
    const last = sizes.at(-1) ?? 0;
    sizes.push(nextPartSize(last, last / speed));
  }
  return sizes;
}

test('parts come to take about a second each, whatever the line', () => {
  for (const speed of [100, 1000, 10_000]) expect((sizesAt(speed).at(-1) ?? 0) / speed).toBeCloseTo(1000, -1);
});

test('they neither vanish on slow lines nor grow without end on fast ones, nor where the clock stands still', () => {
  expect(sizesAt(1).at(-1)).toBe(64 * 1024);
  expect(sizesAt(1e9).at(-1)).toBe(32 * 1024 ** 2);
  expect(nextPartSize(FIRST_PART, 0)).toBe(2 * FIRST_PART);
});

test('a part that did not arrive is followed by one of half its size', () => {
  expect(nextPartSize(FIRST_PART, Infinity)).toBe(FIRST_PART / 2);
});
