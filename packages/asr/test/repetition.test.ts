import { describe, expect, it } from 'vitest';
import { findRepetition } from '../src/repetition.js';

const repeat = (pattern: number[], times: number) => Array.from({ length: times }, () => pattern).flat();

describe('findRepetition', () => {
  it.each([
    [1, 6],
    [2, 6],
    [3, 4],
    [4, 4],
    [5, 3],
    [12, 3],
  ])('reports a pattern of %i tokens at its %ith time and not before', (length, times) => {
    const pattern = Array.from({ length }, (_, i) => 100 + i);
    const tokens = [7, 8, ...repeat(pattern, times)];
    expect(findRepetition(tokens)).toEqual({ length, times });
    expect(findRepetition(tokens.slice(0, -1))).toBeUndefined();
  });

  it('lets people say a word five times, or count with many zeros', () => {
    expect(findRepetition(repeat([9], 5))).toBeUndefined();
    expect(findRepetition([1, 0, 0, 0, 1, 9, 0, 2, 1, 0, 0, 1, 8, 0, 3])).toBeUndefined();
  });

  it('does not mind what was repeated earlier, and takes nothing for a repetition in few or no tokens', () => {
    expect(findRepetition([...repeat([5, 6, 7, 8, 9], 2), 1, 2, 3])).toBeUndefined();
    expect(findRepetition([])).toBeUndefined();
  });
});
