// Importing the package does nothing: no call of Web Crypto, no change to what is global.
import { expect, it, vi } from 'vitest';

it('has no side effect', async () => {
  const touched: PropertyKey[] = [];
  const watched = new Proxy({}, { get: (_target, name) => void touched.push(name) });
  const before = Reflect.ownKeys(globalThis);
  const prototypes = [Object, Array, Uint8Array, Promise, String].map(({ prototype }) => prototype as object);
  const members = prototypes.map((prototype) => Reflect.ownKeys(prototype));
  vi.resetModules();
  vi.stubGlobal('crypto', watched);
  try {
    const { CryptoError } = await import('../src/index.js');
    expect(new CryptoError('malformed').code).toBe('malformed');
    expect(() => crypto.randomUUID()).toThrow();
    expect(touched).toEqual(['randomUUID']);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(Reflect.ownKeys(globalThis).filter((name) => !before.includes(name))).toEqual([]);
  expect(prototypes.map((prototype) => Reflect.ownKeys(prototype))).toEqual(members);
});
