import { expect, it } from 'vitest';
import { decodeText } from '../src/index.js';
import { encodeText } from '../src/text.js';
import { aesGcmDecrypt, aesGcmEncrypt, importAesKey } from '../src/webcrypto.js';
import { codeOf } from './failure.js';

// No format has associated data; published vectors do, and they must go through the very functions that the formats use.
it('AES-GCM opens under the associated data that it was encrypted with, and under no other', async () => {
  const key = await importAesKey(new Uint8Array(32).fill(3), ['encrypt', 'decrypt']);
  const iv = new Uint8Array(12).fill(4);
  const [data, other] = [encodeText('associated', 'data'), encodeText('other', 'data')];
  const sealed = await aesGcmEncrypt(key, iv, encodeText('hello', 'plaintext'), data);
  expect(decodeText(await aesGcmDecrypt(key, iv, sealed, data))).toBe('hello');
  expect(await codeOf(aesGcmDecrypt(key, iv, sealed, other))).toBe('authentication_failed');
  expect(await codeOf(aesGcmDecrypt(key, iv, sealed))).toBe('authentication_failed');
});
