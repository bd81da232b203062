import { expect, it } from 'vitest';
import { decodeText } from '../src/index.js';
import { encodeText } from '../src/text.js';
import {
  aesGcmDecrypt,
  aesGcmEncrypt,
  hkdfExpand,
  importAesKey,
  importEcdhPublicKey,
  importHmacKey,
  newEcdhKeyBytes,
  randomBytes,
} from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { watch } from './watched-crypto.js';

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

it('the platform is asked for every random byte once, in as many steps as it demands', async () => {
  const lengths = async (length: number) => {
    const { random } = await watch(async () => expect(randomBytes(length)).toHaveLength(length));
    return random.map((part) => part.length);
  };
  expect(await lengths(0)).toEqual([]);
  expect(await lengths(65_536)).toEqual([65_536]);
  expect(await lengths(65_537)).toEqual([65_536, 1]);
});

it('key material is expanded into no more blocks than it takes', async () => {
  const key = await importHmacKey(new Uint8Array(32).fill(5));
  const [one, two] = [
    await hkdfExpand(key, new Uint8Array(1), 64),
    await hkdfExpand(key, new Uint8Array(1), 65),
  ];
  expect([one.buffer.byteLength, two.buffer.byteLength]).toEqual([64, 128]);
  expect(two.subarray(0, 64)).toEqual(one);
});

// HPKE writes the recipient's public key into what it derives.
it('a public key can be written down again', async () => {
  const { publicKey } = await newEcdhKeyBytes();
  expect((await importEcdhPublicKey(publicKey)).extractable).toBe(true);
});
