import { expect, it } from 'vitest';
import { findBorders } from '../../src/words/monotonic-path.js';
import { seededRandom } from '../speech.js';

/** All ways to put `borders` borders between `frames` frames, each part with a frame at least. */
function* partitions(parts: number, frames: number, from = 0): Generator<number[]> {
  if (parts === 1) return yield [from, frames];
  for (let next = from + 1; next <= frames - parts + 1; next++)
    for (const rest of partitions(parts - 1, frames, next)) yield [from, ...rest];
}

const total = (rows: readonly Float32Array[], borders: readonly number[]) =>
  rows.reduce((sum, row, i) => sum + row.slice(borders[i], borders[i + 1]).reduce((a, b) => a + b, 0), 0);

it('the borders found give the highest sum there is, and every word a frame', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 200; round++) {
    const frames = 1 + Math.floor(random() * 10);
    const rows = Array.from({ length: 1 + Math.floor(random() * Math.min(5, frames)) }, () =>
      Float32Array.from({ length: frames }, () => random() * 2 - 1),
    );
    const borders = findBorders(rows, frames);
    expect(borders).toHaveLength(rows.length + 1);
    expect(borders.every((border, i) => i === 0 || border > borders[i - 1])).toBe(true);
    const best = Math.max(...Array.from(partitions(rows.length, frames), (each) => total(rows, each)));
    expect(total(rows, borders)).toBeCloseTo(best, 5);
  }
});

it('more words than frames share them evenly', () => {
  const rows = Array.from({ length: 4 }, () => new Float32Array(2));
  expect(findBorders(rows, 2)).toEqual([0, 0.5, 1, 1.5, 2]);
});
