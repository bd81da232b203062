// Wycheproof's cases for AES-GCM, PBKDF2, HKDF and HMAC lie in the shared folder beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decrypt, importKey } from '../src/index.js';
import {
  aesGcmDecrypt,
  aesGcmEncrypt,
  hkdfBytes,
  hkdfExpand,
  hkdfToHmacKey,
  importAesKey,
  importHkdfKey,
  importHmacKey,
  pbkdf2Bytes,
  pbkdf2ToAesKey,
  pbkdf2ToHmacKey,
} from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { fromHex, toHex } from './hex.js';

const folder = new URL('../../../../shared/vectors/wycheproof/', import.meta.url);
interface Group<Test> {
  ivSize: number;
  keySize: number;
  tests: Test[];
}
function groups<Test>(name: string): Group<Test>[] {
  const path = new URL(name, folder);
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { testGroups: Group<Test>[] }).testGroups
    : [];
}

interface GcmCase {
  tcId: number;
  comment: string;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid';
}
const gcm = groups<GcmCase>('aes_gcm_test.json').filter((group) => group.keySize === 256);
const inParameters = gcm.filter((group) => group.ivSize === 96).flatMap((group) => group.tests);
const withoutIv = gcm.filter((group) => group.ivSize === 0).flatMap((group) => group.tests);

describe.skipIf(inParameters.length === 0)('Wycheproof AES-256-GCM', () => {
  it('has the expected cases', () => {
    expect(inParameters).toHaveLength(66);
    expect(inParameters.filter((test) => test.aad === '')).toHaveLength(48);
    expect(withoutIv).toHaveLength(2);
  });

  it.each(inParameters)('$tcId $comment: $result', async (test) => {
    const sealed = fromHex(test.ct + test.tag);
    const key = await importAesKey(fromHex(test.key), ['encrypt', 'decrypt']);
    const opening = aesGcmDecrypt(key, fromHex(test.iv), sealed, fromHex(test.aad));
    const publicly =
      test.aad === ''
        ? decrypt(await importKey(fromHex(test.key)), fromHex(test.iv + test.ct + test.tag))
        : undefined;
    if (test.result === 'valid') {
      expect(toHex(await opening)).toBe(test.msg);
      expect(toHex(await aesGcmEncrypt(key, fromHex(test.iv), fromHex(test.msg), fromHex(test.aad)))).toBe(
        toHex(sealed),
      );
      if (publicly) expect(toHex(await publicly)).toBe(test.msg);
    } else {
      const codes = await Promise.all([opening, publicly].filter((call) => call !== undefined).map(codeOf));
      expect(new Set(codes)).toEqual(new Set(['authentication_failed']));
    }
  });

  it.each(withoutIv)('$tcId $comment: refused without an IV', async (test) => {
    const key = await importAesKey(fromHex(test.key), ['decrypt']);
    expect(await codeOf(aesGcmDecrypt(key, fromHex(test.iv), fromHex(test.ct + test.tag)))).toBe(
      'authentication_failed',
    );
  });
});

interface Pbkdf2Case {
  tcId: number;
  comment: string;
  password: string;
  salt: string;
  iterationCount: number;
  dkLen: number;
  dk: string;
}
const pbkdf2 = groups<Pbkdf2Case>('pbkdf2_hmacsha256_test.json').flatMap((group) => group.tests);

describe.skipIf(pbkdf2.length === 0)('Wycheproof PBKDF2-HMAC-SHA-256', () => {
  it('has the expected cases', () => expect(pbkdf2).toHaveLength(60));

  // Our keys cannot be read, so they are compared by what they do. A case shorter than a key is completed to 32 bytes by an
  // independent implementation, which has to agree with the case first.
  it.each(pbkdf2)('$tcId $comment', async ({ password, salt, iterationCount, dkLen, dk }) => {
    const long = pbkdf2Sync(fromHex(password), fromHex(salt), iterationCount, Math.max(dkLen, 32), 'sha256');
    expect(long.subarray(0, dkLen).toString('hex')).toBe(dk);
    const expected = Uint8Array.from(long.subarray(0, 32));
    const iv = new Uint8Array(12);
    const text = new Uint8Array(40);

    const aes = await pbkdf2ToAesKey(fromHex(password), fromHex(salt), iterationCount);
    expect(await aesGcmEncrypt(aes, iv, text)).toEqual(
      await aesGcmEncrypt(await importAesKey(expected, ['encrypt']), iv, text),
    );
    const hmac = await pbkdf2ToHmacKey(fromHex(password), fromHex(salt), iterationCount);
    expect(await hkdfExpand(hmac, text, 64)).toEqual(
      await hkdfExpand(await importHmacKey(expected), text, 64),
    );
    expect(await pbkdf2Bytes(fromHex(password), fromHex(salt), iterationCount)).toEqual(expected);
  });
});

interface HkdfCase {
  tcId: number;
  comment: string;
  ikm: string;
  salt: string;
  info: string;
  size: number;
  okm: string;
  result: 'valid' | 'invalid';
}
const hkdf = groups<HkdfCase>('hkdf_sha256_test.json').flatMap((group) => group.tests);

describe.skipIf(hkdf.length === 0)('Wycheproof HKDF-SHA-256', () => {
  it('has the expected cases', () => {
    expect(hkdf).toHaveLength(86);
    expect(hkdf.filter(({ result }) => result === 'invalid')).toHaveLength(3);
  });

  it.each(hkdf)('$tcId $comment $size: $result', async ({ ikm, salt, info, size, okm, result }) => {
    const key = await importHkdfKey(fromHex(ikm));
    const deriving = hkdfBytes(key, fromHex(salt), fromHex(info), size);
    if (result === 'invalid') return expect(deriving).rejects.toThrow();
    expect(toHex(await deriving)).toBe(okm);
    // As a key it cannot be read: 32 bytes, compared by what they do.
    const whole = await hkdfBytes(key, fromHex(salt), fromHex(info), 32);
    const text = new Uint8Array(40);
    expect(await hkdfExpand(await hkdfToHmacKey(key, fromHex(salt), fromHex(info)), text, 64)).toEqual(
      await hkdfExpand(await importHmacKey(whole), text, 64),
    );
  });
});

interface HmacCase {
  tcId: number;
  comment: string;
  key: string;
  msg: string;
  tag: string;
  result: 'valid' | 'invalid';
}
const hmac = groups<HmacCase>('hmac_sha256_test.json').flatMap((group) => group.tests);

describe.skipIf(hmac.length === 0)('Wycheproof HMAC-SHA-256', () => {
  it('has the expected cases', () => expect(hmac).toHaveLength(174));

  // HKDF is where HMAC-SHA-256 stands here: it extracts HMAC(salt, ikm), and its first block is HMAC(that, info || 1). A case cut
  // short is completed by an independent implementation, which has to agree with the case first.
  it.each(hmac)('$tcId $comment: $result', async ({ key, msg, tag, result }) => {
    const whole = createHmac('sha256', fromHex(key)).update(fromHex(msg)).digest();
    expect(whole.toString('hex').startsWith(tag)).toBe(result === 'valid');
    const first = (prk: Uint8Array) => createHmac('sha256', prk).update(Uint8Array.of(1)).digest('hex');
    const derived = await hkdfBytes(await importHkdfKey(fromHex(msg)), fromHex(key), new Uint8Array(), 32);
    expect(toHex(derived)).toBe(first(whole));
    if (result === 'invalid' && tag.length === 64) expect(toHex(derived)).not.toBe(first(fromHex(tag)));
  });
});
