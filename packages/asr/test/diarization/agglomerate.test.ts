import { describe, expect, it } from 'vitest';
import { agglomerate, type Linkage } from '../../src/diarization/agglomerate.js';
import { seededRandom } from '../speech.js';

interface Heap {
  count: number;
  sum: number;
}

/** Numbers close to each other belong together. */
const close: Linkage<Heap> = {
  score: (a, b) => -Math.abs(a.sum / a.count - b.sum / b.count),
  merge: (a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum }),
};

const heaps = (values: readonly number[]): Heap[] => values.map((sum) => ({ count: 1, sum }));

/** The same by looking at all pairs before each merge. */
function agglomerateSlowly(values: readonly number[], score: number, count: number): number[][] {
  const groups = heaps(values).map((heap, i) => ({ heap, members: [i] }));
  while (groups.length > count) {
    let [best, x, y] = [-Infinity, 0, 0];
    for (let i = 0; i < groups.length; i++)
      for (let j = i + 1; j < groups.length; j++) {
        const fit = Math.fround(close.score(groups[i].heap, groups[j].heap));
        if (fit > best) [best, x, y] = [fit, i, j];
      }
    if (best < score) break;
    const [a, b] = [groups[x], groups[y]];
    groups[x] = { heap: close.merge(a.heap, b.heap), members: [...a.members, ...b.members] };
    groups.splice(y, 1);
  }
  return groups.map(({ members }) => members.sort((a, b) => a - b)).sort((a, b) => a[0] - b[0]);
}

const membersOf = (values: readonly number[], score: number, count: number, block?: number) =>
  agglomerate(heaps(values), close, { score, count }, block).map(({ members }) => [...members]);

describe('agglomerate', () => {
  it('merges as looking at all pairs before each merge does', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 30; round++) {
      const values = Array.from({ length: 1 + Math.floor(random() * 40) }, () => random() * 100);
      expect(membersOf(values, -3, 1)).toEqual(agglomerateSlowly(values, -3, 1));
      expect(membersOf(values, -Infinity, 4)).toEqual(agglomerateSlowly(values, -Infinity, 4));
    }
  });

  it('finds the same clear groups in blocks as in one go', () => {
    const random = seededRandom(6);
    const values = Array.from({ length: 700 }, () => 100 * Math.floor(random() * 5) + random());
    const inBlocks = membersOf(values, -10, 1, 50);
    expect(inBlocks).toHaveLength(5);
    expect(inBlocks).toEqual(membersOf(values, -10, 1));
    expect(membersOf(values, -Infinity, 5, 50)).toEqual(inBlocks);
  });

  it('comes to an end where nothing fits together, however long the list', () => {
    const values = Array.from({ length: 400 }, (_, i) => i * 1000);
    expect(membersOf(values, -1, 1, 40).length).toBeLessThanOrEqual(40);
  });

  it('gives nothing for nothing', () => {
    expect(membersOf([], 0, 1)).toEqual([]);
  });
});
