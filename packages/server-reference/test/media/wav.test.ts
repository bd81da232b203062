import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../src/http-error.js';
import { WavReader } from '../../src/media/wav.js';
import { wavFile } from './wav-file.js';

/** Reads a file in pieces of `step` bytes. */
function read(file: Uint8Array, step = file.length || 1) {
  const reader = new WavReader();
  const channels: number[][] = [];
  for (let at = 0; at < file.length; at += step)
    reader.push(file.subarray(at, at + step))?.forEach((samples, index) => {
      (channels[index] ??= []).push(...samples);
    });
  return { channels, format: reader.format };
}
const s16 = (...values: number[]) => new Uint8Array(Int16Array.from(values).buffer);

describe('WAV', () => {
  it('reads 8, 16, 24 and 32 bit PCM and both floats', () => {
    const half = [0, 0.5, -0.5];
    const data: Record<number, Uint8Array> = {
      8: Uint8Array.of(128, 192, 64),
      16: s16(0, 0x4000, -0x4000),
      24: Uint8Array.of(0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0),
      32: new Uint8Array(Int32Array.of(0, 0x40000000, -0x40000000).buffer),
    };
    for (const [bits, bytes] of Object.entries(data))
      expect(read(wavFile(bytes, { bits: Number(bits) })).channels).toEqual([half]);
    const f32 = new Uint8Array(Float32Array.from(half).buffer);
    const f64 = new Uint8Array(Float64Array.from(half).buffer);
    expect(read(wavFile(f32, { tag: 3, bits: 32 })).channels).toEqual([half]);
    expect(read(wavFile(f64, { tag: 3, bits: 64 })).channels).toEqual([half]);
  });

  it('reads A-law and mu-law by the tables of G.711', () => {
    // Codes and the linear values that the reference tables give for them, in 16-bit units.
    const alaw = read(wavFile(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a, 0x80), { tag: 6, bits: 8 })).channels[0];
    expect(alaw?.map((x) => x * 32768)).toEqual([8, -8, 32256, -32256, 5504]);
    const mulaw = read(wavFile(Uint8Array.of(0xff, 0x7f, 0x80, 0x00, 0xce), { tag: 7, bits: 8 })).channels[0];
    expect(mulaw?.map((x) => x * 32768)).toEqual([0, -0, 32124, -32124, 988]);
  });

  it('gives the same samples whatever the size of the pieces', () => {
    const file = wavFile(s16(1, 2, 3, 4, 5, 6), { channels: 2, before: ['LIST', 7] });
    const whole = read(file).channels;
    expect(whole.map((samples) => samples.map((x) => x * 32768))).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    for (const step of [1, 2, 3, 5, 7, 44, 45]) expect(read(file, step).channels).toEqual(whole);
  });

  it('believes the extensible sub-format', () => {
    const f32 = new Uint8Array(Float32Array.of(0.25).buffer);
    expect(read(wavFile(f32, { tag: 0xfffe, subformat: 3, bits: 32 })).channels).toEqual([[0.25]]);
  });

  it('reads to the end of the bytes when sizes claim more, nothing, or everything', () => {
    for (const dataSize of [0, 0xffffffff, 0xfffffff0, 1000])
      expect(read(wavFile(s16(1, 2), { dataSize })).channels[0]).toHaveLength(2);
    expect(
      read(wavFile(s16(1, 2), { id: 'RF64', dataSize: 0xffffffff, dataSize64: 4 })).channels[0],
    ).toHaveLength(2);
  });

  it('stops at the end of the data chunk', () => {
    expect(read(wavFile(s16(1, 2, 3, 4), { dataSize: 4 })).channels[0]).toHaveLength(2);
  });

  it('keeps nothing of what follows samples that are cut off', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const reader = new WavReader();
    reader.push(wavFile(new Uint8Array(1), { dataSize: 1 }));
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 32; i++) expect(reader.push(new Uint8Array(2 ** 20))).toBeUndefined();
    // Buffers are given back on another thread, a moment after the collection; what the reader keeps is never given back.
    const kept = () => {
      collect();
      return process.memoryUsage().arrayBuffers - before;
    };
    await expect.poll(kept, { timeout: 10_000 }).toBeLessThan(4 * 2 ** 20);
    expect(reader.format).toBeDefined();
  });

  it('turns samples that are no numbers into silence', () => {
    const f32 = new Uint8Array(Float32Array.of(NaN, Infinity, 0.5).buffer);
    expect(read(wavFile(f32, { tag: 3, bits: 32 })).channels).toEqual([[0, 0, 0.5]]);
  });

  it.each([
    ['no channels', { channels: 0 }, 'undecodable_media'],
    ['too many channels', { channels: 500 }, 'undecodable_media'],
    ['no sample rate', { rate: 0 }, 'undecodable_media'],
    ['an odd width', { bits: 12 }, 'undecodable_media'],
    ['ADPCM', { tag: 0x11, bits: 4 }, 'decoder_missing'],
  ])('refuses %s', (_, options, code) => {
    expect(() => read(wavFile(s16(1, 2), options))).toThrow(expect.objectContaining({ code }) as HttpError);
  });

  it('refuses samples before their format', () => {
    const file = wavFile(s16(1), {});
    file.set(Buffer.from('junk'), 12);
    expect(() => read(file)).toThrow(HttpError);
  });
});
