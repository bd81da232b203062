import { describe, expect, it } from 'vitest';
import { matchBest, scoreTurns, type Turn } from '../../../../test/fixtures/der.js';
import { seededRandom } from '../speech.js';

const turn = (start: number, end: number, speaker: string): Turn => ({ start, end, speaker });

describe('the scorer of speaker turns', () => {
  const reference = [turn(0, 10, 'anna'), turn(10, 20, 'ben')];

  it('finds nothing wrong in the same turns under other names', () => {
    const answer = [turn(0, 10, 'x'), turn(10, 20, 'y')];
    expect(scoreTurns(reference, answer, 0)).toMatchObject({ rate: 0, speech: 20 });
  });

  it('leaves out a collar on either side of each border of the reference', () => {
    const answer = [turn(0, 10.2, 'x'), turn(10.2, 20, 'y')];
    expect(scoreTurns(reference, answer, 0)).toMatchObject({ speech: 20 });
    expect(scoreTurns(reference, answer, 0).confused).toBeCloseTo(0.2);
    // 0 to 0.25, 9.75 to 10.25 and 19.75 to 20 are not scored
    expect(scoreTurns(reference, answer)).toMatchObject({ rate: 0, speech: 19 });
  });

  it('counts one speaker for two as half wrong', () => {
    const errors = scoreTurns(reference, [turn(0, 20, 'x')], 0);
    expect(errors.confused).toBeCloseTo(10);
    expect(errors.rate).toBeCloseTo(0.5);
  });

  it('counts what is missed and what is invented', () => {
    const errors = scoreTurns([turn(0, 8, 'anna')], [turn(2, 10, 'x')], 0);
    expect(errors.missed).toBeCloseTo(2);
    expect(errors.invented).toBeCloseTo(2);
    expect(errors.rate).toBeCloseTo(0.5);
  });

  it('counts overlap once for each speaker', () => {
    const overlapping = [turn(0, 10, 'anna'), turn(6, 10, 'ben')];
    const errors = scoreTurns(overlapping, [turn(0, 10, 'x')], 0);
    expect(errors.speech).toBeCloseTo(14);
    expect(errors.missed).toBeCloseTo(4);
    expect(scoreTurns(overlapping, [turn(0, 10, 'x'), turn(6, 10, 'y')], 0).rate).toBe(0);
  });

  it('matches speakers so that the whole fits best, not one after another', () => {
    // x shares 5 s with anna and 4 s with ben, y shares 4 s with anna only: the best sum pairs x with ben.
    const said = [turn(0, 9, 'anna'), turn(9, 13, 'ben')];
    const heard = [turn(0, 5, 'x'), turn(5, 9, 'y'), turn(9, 13, 'x')];
    expect(scoreTurns(said, heard, 0).confused).toBeCloseTo(5);
  });

  it('says of no speech at all that it is right to hear none', () => {
    expect(scoreTurns([], [], 0).rate).toBe(0);
    expect(scoreTurns([], [turn(0, 1, 'x')], 0).rate).toBe(1);
  });
});

describe('matching', () => {
  it('is the best of all ways to match, tried one by one', () => {
    const random = seededRandom(3);
    const bestOf = (gain: number[][], row: number, free: number[]): number =>
      row === gain.length
        ? 0
        : Math.max(
            bestOf(gain, row + 1, free),
            ...free.map(
              (c) =>
                gain[row][c] +
                bestOf(
                  gain,
                  row + 1,
                  free.filter((other) => other !== c),
                ),
            ),
          );
    for (let round = 0; round < 60; round++) {
      const rows = 1 + Math.floor(random() * 5);
      const columns = 1 + Math.floor(random() * 5);
      const gain = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random() * 9));
      const partner = matchBest(gain, columns);
      const total = partner.reduce((sum, column, row) => sum + (column < 0 ? 0 : gain[row][column]), 0);
      const free = Array.from({ length: columns }, (_, i) => i);
      expect(total).toBeCloseTo(bestOf(gain, 0, free));
      expect(new Set(partner.filter((c) => c >= 0)).size).toBe(Math.min(rows, columns));
    }
  });
});
