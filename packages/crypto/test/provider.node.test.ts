import { afterAll, describe, expect, it } from 'vitest';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import {
  decodeText,
  decrypt,
  deriveKey,
  deriveShare,
  encrypt,
  open,
  seal,
  useWebCrypto,
} from '../src/index.js';
import { importHmacKey } from '../src/webcrypto.js';

const native = globalThis.crypto;
afterAll(() => useWebCrypto(native));

describe('a Web Crypto provider that is passed in', () => {
  it('opens what the native one sealed, and the other way round', async () => {
    const context = new Uint8Array(3);
    const raw = new Uint8Array(32).fill(9);
    const sealAll = async () => ({
      blob: await encrypt(await deriveKey('password', 'alice@example.com'), 'hello'),
      sealed: await seal(await importHmacKey(raw.slice()), context, raw),
    });
    const openAll = async ({ blob, sealed }: Awaited<ReturnType<typeof sealAll>>) => {
      expect(decodeText(await decrypt(await deriveKey('password', 'alice@example.com'), blob))).toBe('hello');
      expect(await open(await importHmacKey(raw.slice()), context, sealed)).toEqual(raw);
    };
    const byNative = await sealAll();
    useWebCrypto(new PeculiarCrypto());
    await openAll(byNative);
    const byPeculiar = await sealAll();
    useWebCrypto(native);
    await openAll(byPeculiar);
  });

  it('may refuse the iteration count, as some edge runtimes do: a typed error says so', async () => {
    const cause = new DOMException('too many iterations', 'NotSupportedError');
    const refusing = new Proxy(native.subtle, {
      get: (subtle, name) =>
        name === 'deriveKey' || name === 'deriveBits'
          ? () => Promise.reject(cause)
          : (Reflect.get(subtle, name) as () => void).bind(subtle),
    });
    useWebCrypto({ subtle: refusing } as Crypto);
    const refused = { code: 'kdf_unsupported', cause };
    await expect(deriveKey('password', 'alice@example.com')).rejects.toMatchObject(refused);
    const link = { mode: 1 as const, linkSecret: new Uint8Array(32) };
    await expect(deriveShare('A'.repeat(22), link, 'password')).rejects.toMatchObject(refused);
    useWebCrypto(native);
  });

  it('is refused when it is none', () => {
    for (const none of [{}, undefined, { subtle: {} }])
      expect(() => useWebCrypto(none as Crypto)).toThrow('crypto must be a Web Crypto implementation');
  });
});
