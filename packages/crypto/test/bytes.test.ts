import { describe, expect, it } from 'vitest';
import {
  CryptoError,
  decodeBase64,
  decodeBase64url,
  decodeText,
  encodeBase64,
  encodeBase64url,
  newId,
  normalizeEmail,
} from '../src/index.js';
import { equalBytes } from '../src/bytes.js';
import { bind, idBytes } from '../src/bind.js';
import { toHex } from './hex.js';

const malformed = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return error instanceof CryptoError && error.code === 'malformed';
  }
  return false;
};

describe('base64', () => {
  it('gives the texts of RFC 4648, section 10, and takes them back', () => {
    const texts = {
      '': '',
      f: 'Zg==',
      fo: 'Zm8=',
      foo: 'Zm9v',
      foob: 'Zm9vYg==',
      fooba: 'Zm9vYmE=',
      foobar: 'Zm9vYmFy',
    };
    for (const [text, base64] of Object.entries(texts)) {
      const bytes = new TextEncoder().encode(text);
      expect(encodeBase64(bytes)).toBe(base64);
      expect(decodeText(decodeBase64(base64))).toBe(text);
      expect(encodeBase64url(bytes)).toBe(base64.replace(/=/g, ''));
    }
  });

  it('takes every length and value back, long ones too', () => {
    for (const length of [0, 1, 2, 3, 255, 24_575, 24_576, 24_577, 100_001]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
      expect(equalBytes(decodeBase64(encodeBase64(bytes)), bytes)).toBe(true);
      expect(equalBytes(decodeBase64url(encodeBase64url(bytes)), bytes)).toBe(true);
    }
  });

  it('refuses every other spelling', () => {
    for (const text of [
      'Zg',
      'Zg=',
      'Zh==',
      'Zm9=',
      'Z===',
      '====',
      'Zg==\n',
      ' Zg==',
      'Zm9v=',
      'Zg==Zg==',
      'Zm-_',
      'Zm9é',
    ]) {
      expect(
        malformed(() => decodeBase64(text)),
        text,
      ).toBe(true);
    }
    for (const text of ['Zg==', 'Zh', 'Z', 'Zm9+', 'Zm9/', 'Zm8\0']) {
      expect(
        malformed(() => decodeBase64url(text)),
        text,
      ).toBe(true);
    }
  });
});

describe('text', () => {
  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      expect(malformed(() => decodeText(Uint8Array.from(bytes)))).toBe(true);
      expect(() => decodeText(Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ cause: expect.objectContaining({ name: 'TypeError' }) }),
      );
    }
  });

  it('normalises an email to one spelling', () => {
    expect(normalizeEmail('  Alice@Example.COM\n')).toBe('alice@example.com');
    expect(normalizeEmail('a.b+tag@example.com')).toBe('a.b+tag@example.com');
    expect(normalizeEmail('Zo\u0065\u0301@example.com')).toBe('zo\u00e9@example.com');
    expect(() => normalizeEmail('a\u0000b@example.com')).toThrow(TypeError);
    expect(() => normalizeEmail('   ')).toThrow(TypeError);
  });
});

describe('bind', () => {
  it('encodes as the format says, byte for byte', () => {
    expect(toHex(bind('ab'))).toBe('616200');
    expect(toHex(bind('ab', 'é', 258, Uint8Array.of(7)))).toBe(
      '616200' + '00000002c3a9' + '000000080000000000000102' + '0000000107',
    );
    expect(toHex(bind('a', Number.MAX_SAFE_INTEGER))).toBe('6100' + '00000008001fffffffffffff');
  });

  it('never gives two lists of fields the same bytes', () => {
    const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc']];
    expect(new Set(lists.map((fields) => toHex(bind('x', ...fields)))).size).toBe(lists.length);
  });

  it('refuses numbers that are not safe integers, and ids that are not canonical', () => {
    for (const number of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => bind('a', number)).toThrow(RangeError);
    expect(idBytes(newId(), 'id')).toHaveLength(16);
    for (const id of ['', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}B`, `${'A'.repeat(20)}+A`]) {
      expect(() => idBytes(id, 'id')).toThrow(TypeError);
    }
  });
});
