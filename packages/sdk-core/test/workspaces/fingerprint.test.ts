import { expect, test } from 'vitest';
import { formatFingerprint, parseFingerprint } from '../../src/workspaces/fingerprint.js';

test('a fingerprint is its first 100 bits, in five groups', () => {
  expect(formatFingerprint(new Uint8Array(32))).toBe('0000-0000-0000-0000-0000');
  expect(formatFingerprint(new Uint8Array(32).fill(255))).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ');
  // By Python: int.from_bytes(bytes(range(32)), 'big') >> 156, five bits at a time.
  expect(formatFingerprint(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe('000G-40R4-0M30-E209-185G');
});

test('every one of the first 100 bits shows, no later one does', () => {
  const seen = new Set<string>();
  for (let bit = 0; bit < 100; bit++) {
    const bytes = new Uint8Array(32);
    bytes[bit >> 3] = 128 >> (bit & 7);
    seen.add(formatFingerprint(bytes));
  }
  expect(seen.size).toBe(100);
  const late = new Uint8Array(32).fill(255, 13);
  expect(formatFingerprint(late)).toBe('0000-0000-0000-0000-0000');
});

test('what people type is read as they mean it, and nothing else is', () => {
  expect(parseFingerprint(' 7kq2 m9xp ad3r ttov-w8zn ')).toBe('7KQ2-M9XP-AD3R-TT0V-W8ZN');
  expect(parseFingerprint('il0o-1111-1111-1111-1111')).toBe('1100-1111-1111-1111-1111');
  for (const typed of [
    '',
    '7KQ2',
    'UUUU-UUUU-UUUU-UUUU-UUUU',
    '7KQ2-M9XP-AD3R-TT0V-W8ZN-0',
    undefined as never,
  ])
    expect(() => parseFingerprint(typed)).toThrow(TypeError);
});
