import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HeldKey, checkLockAfter } from '../src/idle-lock.js';

const key = {} as CryptoKey;
let locked = 0;
beforeEach(() => {
  locked = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const hold = (lockAfter: number | undefined, now = Date.now) =>
  new HeldKey(key, { lockAfter, now, onLock: () => locked++ });
const refused = expect.objectContaining({ code: 'locked' }) as Error;

describe('a held key', () => {
  test('is let go of when nobody used it for as long as was said', () => {
    const held = hold(60);
    for (let use = 0; use < 5; use++) {
      vi.advanceTimersByTime(59_000);
      expect(held.use()).toBe(key);
    }
    expect(locked).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(locked, 'by itself, before anybody asks').toBe(1);
    expect(() => held.use()).toThrow(refused);
    held.lock();
    expect(locked).toBe(1);
  });

  test('is let go of at the first use after a sleep in which no timer ran', () => {
    let time = 0;
    const held = hold(60, () => time);
    time = 60_000;
    expect(() => held.use()).toThrow(refused);
    expect(locked).toBe(1);
  });

  test('is kept by uses in another thread, but not after its time', () => {
    let time = 0;
    const held = hold(60, () => time);
    for (let use = 0; use < 5; use++) {
      vi.advanceTimersByTime(59_000);
      time += 59_000;
      held.touch();
    }
    expect(held.use()).toBe(key);
    time += 60_000;
    held.touch();
    expect(locked).toBe(1);
    held.touch();
    expect(vi.getTimerCount()).toBe(0);
    expect(() => held.use()).toThrow(refused);
  });

  test('is held for ever where nothing was said, until it is locked', () => {
    const held = hold(undefined);
    vi.advanceTimersByTime(1e10);
    expect(held.use()).toBe(key);
    held.lock();
    expect(() => held.use()).toThrow(refused);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([0, -1, NaN, Infinity, 2_147_484])('%s is no time to lock after', (seconds) => {
  expect(() => checkLockAfter(seconds)).toThrow(/lockAfter/);
});
