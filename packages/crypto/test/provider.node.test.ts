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
import { codeOf } from './failure.js';
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
    const refusing = new Proxy(native.subtle, {
      get: (subtle, name) =>
        name === 'deriveKey' || name === 'deriveBits'
          ? () => Promise.reject(new DOMException('too many iterations', 'NotSupportedError'))
          : (Reflect.get(subtle, name) as () => void).bind(subtle),
    });
    useWebCrypto({ subtle: refusing } as Crypto);
    expect(await codeOf(deriveKey('password', 'alice@example.com'))).toBe('kdf_unsupported');
    const link = { mode: 1 as const, linkSecret: new Uint8Array(32) };
    expect(await codeOf(deriveShare('A'.repeat(22), link, 'password'))).toBe('kdf_unsupported');
    useWebCrypto(native);
  });

  it('is refused when it is none', () => {
    expect(() => useWebCrypto({} as Crypto)).toThrow(TypeError);
  });
});
