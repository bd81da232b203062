import { beforeEach, expect, test } from 'vitest';
import { Lockout } from '../../src/auth/lockout.js';

let now: number;
let lockout: Lockout;
beforeEach(() => {
  now = 1_000_000;
  lockout = new Lockout({ free: 2, firstWait: 1, longestWait: 60, memory: 600, keys: 3, clock: () => now });
});
/** Fails as often, each time once it may. */
const fail = (key: string, times = 1) => {
  for (let count = 0; count < times; count++) {
    now += lockout.waitOf(key) * 1000;
    expect(lockout.count(key)).toBe(0);
  }
};

test('the first failures cost nothing, then each one doubles the wait up to the longest', () => {
  fail('a', 2);
  expect(lockout.waitOf('a')).toBe(0);
  const waits = Array.from({ length: 8 }, () => (fail('a'), lockout.waitOf('a')));
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(lockout.waitOf('b')).toBe(0);
});

test('a wait passes', () => {
  fail('a', 5);
  now += 3_999;
  expect(lockout.waitOf('a')).toBeCloseTo(0.001);
  now += 1;
  expect(lockout.waitOf('a')).toBe(0);
});

test('a free failure stays free when the clock is set back', () => {
  fail('a');
  now -= 5000;
  expect([lockout.waitOf('a'), lockout.count('a')]).toEqual([0, 0]);
});

test('what comes during a wait is told how long it is, and not counted', () => {
  fail('a', 3);
  expect([lockout.count('a'), lockout.count('a'), lockout.waitOf('a')]).toEqual([1, 1, 1]);
});

test('failures are forgotten after a quiet time, and by success', () => {
  fail('a', 3);
  now += 600_000;
  fail('a', 2);
  expect(lockout.waitOf('a')).toBe(0);
  fail('a');
  lockout.forget('a');
  fail('a', 2);
  expect(lockout.waitOf('a')).toBe(0);
});

test('one success takes back one attempt, not the failures of others', () => {
  fail('a', 3);
  lockout.forgive('a');
  expect(lockout.waitOf('a')).toBe(0);
  fail('a');
  expect(lockout.waitOf('a')).toBe(1);
});

test('it remembers a bounded number of keys, the latest ones', () => {
  fail('a', 3);
  for (const key of ['b', 'c']) fail(key, 4);
  fail('a');
  fail('d', 3);
  expect(['a', 'b', 'c', 'd'].map((key) => lockout.waitOf(key) > 0)).toEqual([true, false, true, true]);
});
