// Random damage to every format.
import { describe, expect, it } from 'vitest';
import { createAccountKey, decrypt, encrypt, importKey, open, openAccountKey, seal } from '../src/index.js';
import { importHmacKey, randomBytes } from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { toHex } from './hex.js';

const TAMPERS = 10_000;
const key = await importHmacKey(new Uint8Array(32).fill(3));
const baselineKey = await importKey(new Uint8Array(32).fill(4));
const context = new Uint8Array(5);
const contextOfWrap = {
  accountId: 'AAAAAAAAAAAAAAAAAAAAAA',
  keyVersion: 1,
  iterations: 600_000,
  salt: new Uint8Array(16),
};
const pick = (n: number) => new DataView(randomBytes(4).buffer).getUint32(0) % n;

/** Damages bytes in one of the ways in which storage and people do. */
function tamper(bytes: Uint8Array): Uint8Array {
  const damaged = bytes.slice();
  const at = pick(bytes.length);
  switch (pick(4)) {
    case 0:
      damaged[at] ^= 1 << pick(8);
      return damaged;
    case 1:
      damaged[at] ^= 1 + pick(255);
      return damaged;
    case 2:
      return damaged.subarray(0, at);
    default:
      damaged.copyWithin(at, 0, 1 + pick(bytes.length - at));
      damaged[at] ^= damaged[at] === bytes[at] ? 1 : 0;
      return damaged;
  }
}

describe('10,000 random tampers', () => {
  const formats = {
    baseline: async () => {
      const blob = await encrypt(baselineKey, new Uint8Array(300));
      return { blob, opening: (bytes: Uint8Array) => decrypt(baselineKey, bytes) };
    },
    sealed: async () => {
      const blob = await seal(key, context, new Uint8Array(20_000));
      return { blob, opening: (bytes: Uint8Array) => open(key, context, bytes) };
    },
    'account key': async () => {
      const { wrap } = await createAccountKey(key, contextOfWrap);
      return { blob: wrap, opening: (bytes: Uint8Array) => openAccountKey(key, contextOfWrap, bytes) };
    },
  };
  it.each(Object.entries(formats))('of a %s: none opens, all fail alike', async (_, make) => {
    const { blob, opening } = await make();
    const before = toHex(blob);
    await opening(blob);
    for (let i = 0; i < TAMPERS / 3; i++) {
      expect(['authentication_failed', 'malformed']).toContain(await codeOf(opening(tamper(blob))));
    }
    expect(toHex(blob)).toBe(before);
  });
});
