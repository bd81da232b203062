// The traps of Web Crypto that the formats must not fall into.
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt, importKey, open, seal } from '../src/index.js';
import { importAesKey, importHmacKey, pbkdf2ToHmacKey, randomBytes } from '../src/webcrypto.js';

const key = await importHmacKey(new Uint8Array(32).fill(3));
const baselineKey = await importKey(new Uint8Array(32).fill(4));
const context = new Uint8Array(5);

describe('the traps of Web Crypto', () => {
  it('a derived HMAC key has 256 bits, not the 1024 that deriveKey gives by itself', async () => {
    const derived = await pbkdf2ToHmacKey(new Uint8Array(3), new Uint8Array(16), 1);
    expect(derived.algorithm).toMatchObject({ name: 'HMAC', length: 256 });
  });

  it('more than 65,536 random bytes come at once', () => {
    const bytes = randomBytes(200_000);
    expect(bytes).toHaveLength(200_000);
    for (const start of [0, 65_536, 131_072, 199_900]) {
      expect(bytes.subarray(start, start + 100).some((byte) => byte !== 0)).toBe(true);
    }
  });

  it('a view into a larger buffer is sealed alone, not the buffer behind it', async () => {
    const pool = Uint8Array.from({ length: 100 }, (_, i) => i);
    const view = pool.subarray(40, 50);
    expect(await open(key, context, await seal(key, context, view))).toEqual(view);
    expect(await decrypt(baselineKey, await encrypt(baselineKey, view))).toEqual(view);
  });

  // Pages that are not cross-origin isolated have no shared memory.
  it.skipIf(typeof SharedArrayBuffer === 'undefined')(
    'views on shared memory are refused, wherever bytes go in',
    async () => {
      const shared = new Uint8Array(new SharedArrayBuffer(104));
      const calls = [
        () => encrypt(baselineKey, shared),
        () => decrypt(baselineKey, shared),
        () => importKey(shared.subarray(0, 32)),
        () => seal(key, context, shared),
        () => open(key, context, shared),
        () => seal(key, shared, context),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(/shared memory/);
    },
  );

  it('a key that may be extracted, or of another kind, is no key of the vault', async () => {
    const usage: KeyUsage[] = ['sign'];
    const subtle = globalThis.crypto.subtle;
    const raw = new Uint8Array(32);
    const wrong = [
      await importAesKey(raw, ['encrypt']),
      await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-512' }, true, usage),
      await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, usage),
      await subtle.importKey('raw', new Uint8Array(64), { name: 'HMAC', hash: 'SHA-512' }, false, usage),
      await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-512' }, false, ['verify']),
    ];
    for (const bad of wrong) await expect(seal(bad, context, raw)).rejects.toThrow(TypeError);
    const short = await subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt', 'decrypt']);
    await expect(encrypt(short, 'x')).rejects.toThrow(TypeError);
    await expect(decrypt(await importAesKey(raw, ['encrypt']), new Uint8Array(40))).rejects.toThrow(
      TypeError,
    );
  });
});
