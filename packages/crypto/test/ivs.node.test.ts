import { expect, it } from 'vitest';
import { encrypt, importKey } from '../src/index.js';

const count = process.env['SEALSCRIBE_LONG'] ? 1_000_000 : 100_000;

it(`${count.toLocaleString('en')} encryptions use as many IVs`, { timeout: 600_000 }, async () => {
  const key = await importKey(new Uint8Array(32).fill(5));
  const empty = new Uint8Array();
  const seen = new Set<string>();
  for (let done = 0; done < count; done += 1000) {
    const blobs = await Promise.all(Array.from({ length: 1000 }, () => encrypt(key, empty)));
    for (const blob of blobs) seen.add(String.fromCharCode(...blob.subarray(0, 12)));
  }
  expect(seen.size).toBe(count);
});
