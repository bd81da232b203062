import { describe, expect, it } from 'vitest';
import { decodeText, decrypt, deriveKey, encrypt, importKey } from '../src/index.js';
import { aesGcmEncrypt, sha256Bytes } from '../src/webcrypto.js';
import { codeOf, failureOf } from './failure.js';
import { fromHex, toHex } from './hex.js';
import hazard from '../vectors/hazard-gcm-two-keys.json';
import file from '../vectors/baseline-v1.json';

interface Vector {
  id: string;
  email_utf8_hex: string;
  password_utf8_hex: string;
  iv_hex: string;
  key_hex: string;
  plaintext_hex?: string;
  plaintext_stream?: { length: number; label: string };
  plaintext_sha256?: string;
  ciphertext_tag_hex?: string;
  ciphertext_tag_sha256?: string;
  ciphertext_tag_length?: number;
}
const vectors = file.vectors as Vector[];
const utf8 = (hex: string) => decodeText(fromHex(hex));

describe('the published vectors', () => {
  it('are all there', () => expect(vectors).toHaveLength(25));

  for (const vector of vectors.filter((v) => v.ciphertext_tag_hex !== undefined)) {
    it(`${vector.id} opens with the derived key and with the raw key`, async () => {
      const blob = fromHex(vector.iv_hex + vector.ciphertext_tag_hex!);
      const derived = await deriveKey(utf8(vector.password_utf8_hex), utf8(vector.email_utf8_hex));
      const fromBytes = await deriveKey(fromHex(vector.password_utf8_hex), utf8(vector.email_utf8_hex));
      const raw = await importKey(fromHex(vector.key_hex));
      for (const key of [derived, fromBytes, raw]) {
        expect(key.extractable).toBe(false);
        expect(toHex(await decrypt(key, blob))).toBe(vector.plaintext_hex);
      }
      const again = await encrypt(derived, fromHex(vector.plaintext_hex!));
      expect(again).toHaveLength(blob.length);
      expect(toHex(await decrypt(raw, again))).toBe(vector.plaintext_hex);
    });
  }

  it('stream-1mib encrypts to the listed bytes', async () => {
    // Only hashes are published for this one, so the test makes the plaintext and fixes the IV.
    const vector = vectors.find((v) => v.id === 'stream-1mib')!;
    const { length, label } = vector.plaintext_stream ?? { length: 1_048_576, label: '' };
    const plaintext = new Uint8Array(length);
    const seed = new TextEncoder().encode(label);
    for (let i = 0; i * 32 < length; i++) {
      const input = new Uint8Array(seed.length + 4);
      input.set(seed);
      new DataView(input.buffer).setUint32(seed.length, i);
      plaintext.set((await sha256Bytes(input)).subarray(0, length - i * 32), i * 32);
    }
    expect(toHex(await sha256Bytes(plaintext))).toBe(vector.plaintext_sha256);
    const key = await deriveKey(utf8(vector.password_utf8_hex), utf8(vector.email_utf8_hex));
    const sealed = await aesGcmEncrypt(key, fromHex(vector.iv_hex), plaintext);
    expect(sealed).toHaveLength(vector.ciphertext_tag_length!);
    expect(toHex(await sha256Bytes(sealed))).toBe(vector.ciphertext_tag_sha256);
  });
});

describe('encrypt and decrypt', () => {
  it('give the plaintext back, text and bytes, the empty one and a leading U+FEFF included', async () => {
    const key = await deriveKey('password', 'alice@example.com');
    for (const text of ['', 'a', '\uFEFFbyte order mark', 'અમદાવાદ 🎙️']) {
      expect(decodeText(await decrypt(key, await encrypt(key, text)))).toBe(text);
    }
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(await decrypt(key, await encrypt(key, bytes))).toEqual(bytes);
  });

  it('use a fresh IV every time', async () => {
    const key = await deriveKey('password', 'alice@example.com');
    const ivs = await Promise.all(
      Array.from({ length: 500 }, async () => toHex((await encrypt(key, 'x')).subarray(0, 12))),
    );
    expect(new Set(ivs).size).toBe(500);
  });

  it('answer every failure to open with the same error, and a short blob with malformed', async () => {
    const key = await deriveKey('password', 'alice@example.com');
    const wrong = await deriveKey('Password', 'alice@example.com');
    const blob = await encrypt(key, 'the plaintext');
    const failures = [failureOf(decrypt(wrong, blob)), failureOf(decrypt(key, blob.subarray(0, 30)))];
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const flipped = blob.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      failures.push(failureOf(decrypt(key, flipped)));
    }
    const seen = await Promise.all(failures);
    expect(
      new Set(seen.map((e) => `${e.constructor.name} ${(e as Error & { code: string }).code} ${e.message}`))
        .size,
    ).toBe(1);
    expect((seen[0] as Error & { code: string }).code).toBe('authentication_failed');
    for (let length = 0; length < 28; length++)
      expect(await codeOf(decrypt(key, blob.subarray(0, length)))).toBe('malformed');
  });

  it('open the two-key blob under both keys: GCM does not commit, and the documentation says so', async () => {
    const blob = fromHex(hazard.iv_hex + hazard.ciphertext_tag_hex);
    const opened = await Promise.all(
      hazard.passwords.map(async (password) =>
        toHex(await decrypt(await deriveKey(password, hazard.email), blob)),
      ),
    );
    expect(opened).toEqual(hazard.plaintexts_hex);
    expect(opened[0]).not.toBe(opened[1]);
  });

  it('refuse misuse with a TypeError or RangeError that names the argument', async () => {
    const key = await deriveKey('password', 'alice@example.com');
    await expect(deriveKey('', 'a@b')).rejects.toThrow(new TypeError('password must not be empty'));
    await expect(deriveKey('p', '')).rejects.toThrow(new TypeError('email must not be empty'));
    await expect(deriveKey('\uD800', 'a@b')).rejects.toThrow(TypeError);
    await expect(deriveKey('p', 'a\uDFFF@b')).rejects.toThrow(/email/);
    await expect(deriveKey(1 as never, 'a@b')).rejects.toThrow(/password/);
    await expect(encrypt(key, '\uD800')).rejects.toThrow(/plaintext/);
    await expect(encrypt(key, [1] as never)).rejects.toThrow(/plaintext/);
    await expect(encrypt({} as never, 'x')).rejects.toThrow(/key/);
    await expect(decrypt(key, 'x' as never)).rejects.toThrow(/blob/);
    await expect(importKey(new Uint8Array(31))).rejects.toThrow(RangeError);
  });
});
