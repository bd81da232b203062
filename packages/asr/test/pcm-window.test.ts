import { describe, expect, it } from 'vitest';
import { PcmWindow } from '../src/index.js';

describe('the window of samples', () => {
  const ramp = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => from + i);

  it('gives samples back by their place in the recording, however it has grown and slid', () => {
    const window = new PcmWindow();
    for (let at = 0; at < 3_000_000; at += 300_000) {
      window.append(ramp(at, 300_000));
      window.forgetBefore(at - 100_000);
      const start = Math.max(0, at - 50_000);
      expect(window.copy(start, at + 10)).toEqual(ramp(start, at + 10 - start));
    }
    expect(window.end).toBe(3_000_000);
  });
  it('leaves room in front of a copy when asked', () => {
    const window = new PcmWindow();
    window.append(ramp(1, 3));
    expect([...window.copy(1, 3, 2)]).toEqual([0, 0, 2, 3]);
  });
  it('does not give out what it has forgotten or not seen', () => {
    const window = new PcmWindow();
    window.append(ramp(0, 10));
    window.forgetBefore(5);
    expect(() => window.copy(4, 6)).toThrow(RangeError);
    expect(() => window.copy(6, 11)).toThrow(RangeError);
  });
});
