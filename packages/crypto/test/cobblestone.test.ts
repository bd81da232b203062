import { describe, expect, it } from 'vitest';
import { open, openStream, seal, sealStream } from '../src/index.js';
import { equalBytes } from '../src/bytes.js';
import { importHmacKey } from '../src/webcrypto.js';
import { unwrapKey, wrapNewKey } from '../src/cobblestone.js';
import { codeOf } from './failure.js';

const key = await importHmacKey(new Uint8Array(32).fill(7));
const context = new TextEncoder().encode('context');
const sample = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8));

async function through(transform: TransformStream<Uint8Array, Uint8Array>, input: Uint8Array, step: number) {
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < input.length; i += step) controller.enqueue(input.subarray(i, i + step));
      controller.close();
    },
  });
  const out: number[] = [];
  const reader = pieces.pipeThrough(transform).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    expect(next.value.length).toBeGreaterThan(0);
    for (const byte of next.value) out.push(byte);
  }
  return Uint8Array.from(out);
}

describe('seal and open', () => {
  it('give every length back, around chunk borders too, one-shot and streaming in any mix', async () => {
    for (const length of [0, 1, 16_383, 16_384, 16_385, 32_768, 150_001]) {
      const plaintext = sample(length);
      const sealed = await seal(key, context, plaintext);
      const streamed = await through(sealStream(key, context), plaintext, 5000);
      expect(streamed).toHaveLength(sealed.length);
      for (const message of [sealed, streamed]) {
        expect(equalBytes(await open(key, context, message), plaintext)).toBe(true);
        expect(equalBytes(await through(openStream(key, context), message, 9001), plaintext)).toBe(true);
      }
    }
  });

  it('never seal the same plaintext to the same bytes', async () => {
    const sealed = await Promise.all(Array.from({ length: 50 }, () => seal(key, context, sample(10))));
    expect(new Set(sealed.map((bytes) => bytes.join())).size).toBe(50);
  });

  it('refuse every flipped bit, every truncation and every extension', async () => {
    const sealed = await seal(key, context, sample(40));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(await codeOf(open(key, context, flipped))).toBe('authentication_failed');
    }
    for (let length = 0; length < sealed.length; length++) {
      const expected = length < 72 ? 'malformed' : 'authentication_failed';
      expect(await codeOf(open(key, context, sealed.subarray(0, length)))).toBe(expected);
      expect(await codeOf(through(openStream(key, context), sealed.subarray(0, length), 13))).toBe(expected);
    }
    const longer = new Uint8Array(sealed.length + 1);
    longer.set(sealed);
    expect(await codeOf(open(key, context, longer))).toBe('authentication_failed');
  });

  it('refuse a message cut inside the tag of its last chunk, and one cut between chunks', async () => {
    const sealed = await seal(key, context, sample(16_384));
    for (const missing of [1, 11, 16]) {
      const cut = sealed.subarray(0, sealed.length - missing);
      expect(await codeOf(open(key, context, cut))).toBe('authentication_failed');
      expect(await codeOf(through(openStream(key, context), cut, 4001))).toBe('authentication_failed');
    }
  });

  it('refuse another key and another context with the same error', async () => {
    const sealed = await seal(key, context, sample(40));
    const other = await importHmacKey(new Uint8Array(32).fill(8));
    expect(await codeOf(open(other, context, sealed))).toBe('authentication_failed');
    expect(await codeOf(open(key, new Uint8Array(), sealed))).toBe('authentication_failed');
  });

  it('refuse keys and bytes of the wrong kind', async () => {
    const { deriveKey } = await import('../src/index.js');
    const baseline = await deriveKey('p', 'a@b');
    await expect(seal(baseline, context, sample(1))).rejects.toThrow(/key must be a key of the vault/);
    await expect(open(key, 'x' as never, sample(80))).rejects.toThrow(/context/);
    await expect(seal(key, context, 'x' as never)).rejects.toThrow(/plaintext/);
    if (typeof SharedArrayBuffer !== 'undefined') {
      await expect(seal(key, context, new Uint8Array(new SharedArrayBuffer(8)))).rejects.toThrow(
        /shared memory/,
      );
    }
  });
});

describe('a wrapped key', () => {
  it('opens to a non-extractable key that does what the original does', async () => {
    const { key: made, wrap } = await wrapNewKey(key, context);
    expect(wrap).toHaveLength(104);
    const opened = await unwrapKey(key, context, wrap);
    for (const secret of [made, opened]) {
      expect(secret.extractable).toBe(false);
      expect(secret.usages).toEqual(['sign']);
      expect(secret.algorithm).toMatchObject({ name: 'HMAC', length: 256, hash: { name: 'SHA-512' } });
    }
    expect(await open(opened, context, await seal(made, context, sample(5)))).toEqual(sample(5));
  });

  it('is refused when cut, changed or bound to something else', async () => {
    const { wrap } = await wrapNewKey(key, context);
    expect(await codeOf(unwrapKey(key, context, wrap.subarray(0, 103)))).toBe('malformed');
    expect(await codeOf(unwrapKey(key, new Uint8Array(1), wrap))).toBe('authentication_failed');
    const changed = wrap.slice();
    changed[100] ^= 1;
    expect(await codeOf(unwrapKey(key, context, changed))).toBe('authentication_failed');
  });
});
