import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkEnd, runDecoder, type DecoderEnd } from '../../src/media/decoder-child.js';
import { HttpError } from '../../src/http-error.js';

const MIB = 1024 ** 2;

/** Runs a program as a decoder: what it wrote, and how it ended. */
async function run(program: string, residentBytes: number): Promise<{ bytes: number; end: DecoderEnd }> {
  const decoder = runDecoder({
    command: [process.execPath, '-e', program],
    env: { PATH: process.env['PATH'] },
    input: [],
    signal: new AbortController().signal,
    residentBytes,
  });
  for (let bytes = 0; ;) {
    const next = await decoder.next();
    if (next.done) return { bytes, end: next.value };
    bytes += next.value.length;
  }
}

describe.skipIf(!existsSync('/proc/self/status'))('the memory of a decoder', () => {
  // Outside of V8's heap, as decoders of WebAssembly have theirs, and touched: reserved memory does not count.
  const hoard = `
    process.stdout.write('x');
    const kept = [];
    setInterval(() => kept.length < 64 && kept.push(Buffer.alloc(${16 * MIB}, 1)), 20);
    setTimeout(() => process.exit(0), 30000);`;

  it('is limited: one that takes more is killed, whatever it has given so far', async () => {
    const { bytes, end } = await run(hoard, 300 * MIB);
    expect(bytes).toBe(1);
    expect(end.code).toBe(null);
    expect(() => checkEnd(end, true, () => new HttpError('no_audio'))).toThrow(
      expect.objectContaining({ code: 'undecodable_media' }),
    );
  });

  it('may reserve what it does not use, and use what it may', async () => {
    const modest = `
      const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
      Buffer.alloc(${32 * MIB}, 1);
      setTimeout(() => process.stdout.write(Buffer.alloc(1000)), 500);`;
    const { bytes, end } = await run(modest, 300 * MIB);
    expect({ bytes, code: end.code }).toEqual({ bytes: 1000, code: 0 });
  });
});
