import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressionRatio } from '../../src/whisper/compression-ratio.js';

it('is that of zlib, high for text that goes round in circles only', async () => {
  const speech =
    'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for it.';
  const circle = 'I do not know. '.repeat(20);
  for (const text of [speech, circle, 'ß€漢', 'a'])
    expect(await compressionRatio(text)).toBeCloseTo(Buffer.byteLength(text) / deflateSync(text).length, 6);
  expect(await compressionRatio(speech)).toBeLessThan(2.4);
  expect(await compressionRatio(circle)).toBeGreaterThan(2.4);
  expect(await compressionRatio('')).toBe(0);
});
