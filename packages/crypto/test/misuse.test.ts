// What calling code can do wrong: each is a TypeError or RangeError that names the argument.
import { describe, expect, it } from 'vitest';
import {
  decodeBase64,
  decodeBase64url,
  encodeBase64,
  normalizeEmail,
  openPart,
  rewrapAccountKey,
  seal,
  type PartName,
} from '../src/index.js';
import { equalBytes } from '../src/bytes.js';
import { contexts } from '../src/bind.js';
import { chunkNonce } from '../src/cobblestone.js';
import { importHmacKey } from '../src/webcrypto.js';
import { codeOf } from './failure.js';

const key = await importHmacKey(new Uint8Array(32).fill(6));
const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const ref = { revision: 1, sha256: 'A'.repeat(43) };

describe('misuse', () => {
  it('of comparison: other lengths are other bytes', () => {
    expect(equalBytes(new Uint8Array(2), new Uint8Array(3))).toBe(false);
  });

  it('of text and bytes', () => {
    expect(() => decodeBase64(1 as never)).toThrow(new TypeError('text must be a string'));
    expect(() => decodeBase64url(null as never)).toThrow(TypeError);
    expect(() => encodeBase64('x' as never)).toThrow(/bytes must be a Uint8Array/);
    expect(() => encodeBase64(new Uint16Array(2) as never)).toThrow(/bytes must be a Uint8Array/);
    expect(() => encodeBase64({ [Symbol.toStringTag]: 'Uint8Array' } as never)).toThrow(TypeError);
    expect(() => normalizeEmail(undefined as never)).toThrow(/email must be a string/);
  });

  it('of parts', async () => {
    const bytes = new Uint8Array(100);
    const wrongName = openPart(key, 'card' as PartName, { transcriptId: id, ref }, bytes);
    await expect(wrongName).rejects.toThrow(/name must be/);
    const wrongRef = openPart(key, 'words', { transcriptId: id, ref: { ...ref, revision: 0 } }, bytes);
    await expect(wrongRef).rejects.toThrow(/ref must be/);
  });

  it('of messages: there is no chunk 2^32', () => {
    const base = new Uint8Array(12).fill(0xff);
    expect([...chunkNonce(base, 2 ** 32 - 1)]).toEqual([...base.subarray(0, 8), 0, 0, 0, 0]);
    expect(() => chunkNonce(base, 2 ** 32)).toThrow(RangeError);
  });

  it('a wrapped account key of another size is refused, and so is a key seen as text', async () => {
    const context = { accountId: id, keyVersion: 1, iterations: 600_000, salt: new Uint8Array(16) };
    const short = await seal(key, contexts.accountKey(id, 1, 600_000, context.salt), new Uint8Array(31));
    const to = { root: key, context: { ...context, keyVersion: 2 } };
    expect(await codeOf(rewrapAccountKey({ root: key, context, wrap: short }, to))).toBe('malformed');
    for (const none of ['key', null, undefined, 5, {}, { type: 'secret' }])
      await expect(seal(none as never, new Uint8Array(), new Uint8Array())).rejects.toThrow(
        'key must be a key of the vault: a non-extractable 256-bit HMAC-SHA-512 CryptoKey',
      );
  });
});
