// How a message is worked on, seen from Web Crypto's side.
import { expect, it } from 'vitest';
import { open, seal, useWebCrypto } from '../src/index.js';
import { importHmacKey } from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { watch } from './watched-crypto.js';

const key = await importHmacKey(new Uint8Array(32).fill(1));
const none = new Uint8Array();
const CHUNK = 16_384;

it('a message whose last chunk cannot be whole is refused before any chunk is opened', async () => {
  const sealed = await seal(key, none, new Uint8Array(2 * CHUNK + 5));
  const whole = 56 + 2 * (CHUNK + 16);
  for (const length of [whole, whole + 1, whole + 15, 56 + CHUNK + 16]) {
    const { calls } = await watch(async () => {
      expect(await codeOf(open(key, none, sealed.subarray(0, length)))).toBe('authentication_failed');
    });
    expect(calls.map(({ name }) => name)).not.toContain('decrypt');
  }
});

it('so is one whose commitment is another', async () => {
  const sealed = await seal(key, none, new Uint8Array(5));
  sealed[30] = sealed[30] ^ 1;
  const { calls } = await watch(async () => {
    expect(await codeOf(open(key, none, sealed))).toBe('authentication_failed');
  });
  expect(calls.map(({ name }) => name)).not.toContain('decrypt');
});

it('at most 32 chunks are in flight', async () => {
  const native = globalThis.crypto;
  let [now, most, all] = [0, 0, 0];
  const encrypt: SubtleCrypto['encrypt'] = async (...args) => {
    all++;
    most = Math.max(most, ++now);
    try {
      return await native.subtle.encrypt(...args);
    } finally {
      now--;
    }
  };
  const subtle = new Proxy(native.subtle, {
    get: (target, name) =>
      name === 'encrypt' ? encrypt : (Reflect.get(target, name) as () => void).bind(target),
  });
  useWebCrypto({ subtle, getRandomValues: native.getRandomValues.bind(native) } as Crypto);
  try {
    await seal(key, none, new Uint8Array(40 * CHUNK));
  } finally {
    useWebCrypto(native);
  }
  expect([all, most]).toEqual([41, 32]);
});
