// Any WAV file, right or wrong, however it is cut: the same samples as the arithmetic of the format says, or a typed refusal.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { HttpError } from '../../src/http-error.js';
import { WavReader } from '../../src/media/wav.js';
import { wavFile } from './wav-file.js';

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => bytes.slice(sorted[i], end));
}

/** Samples by channel, or the code of the refusal. */
function read(pieces: readonly Uint8Array[]) {
  const reader = new WavReader();
  const channels: number[][] = [];
  try {
    for (const piece of pieces)
      for (const [i, samples] of (reader.push(piece) ?? []).entries()) (channels[i] ??= []).push(...samples);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { refused: error.code };
  }
  return { channels, format: reader.format };
}

const places = fc.array(fc.nat(100_000), { maxLength: 10 });
const pcm = fc.record({
  channels: fc.integer({ min: 1, max: 4 }),
  bits: fc.constantFrom(8, 16, 24, 32),
  rate: fc.integer({ min: 1000, max: 768_000 }),
  data: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  before: fc.option(fc.tuple(fc.constantFrom('LIST', 'fact', 'junk'), fc.nat(50)), { nil: undefined }),
});

it('integer samples are what the bytes say, wherever they are cut', () => {
  fc.assert(
    fc.property(pcm, places, ({ data, channels, bits, rate, before }, at) => {
      const file = wavFile(data, { channels, bits, rate, ...(before && { before }) });
      const width = bits / 8;
      const frames = Math.floor(data.length / width / channels);
      // Little-endian two's complement by hand; 8 bits have an offset instead.
      const sample = (offset: number) => {
        let value = 0n;
        for (let i = 0; i < width; i++) value |= BigInt(data[offset + i] ?? 0) << BigInt(8 * i);
        const signed = bits === 8 ? value - 128n : BigInt.asIntN(bits, value);
        return Math.fround(Number(signed) / 2 ** (bits - 1));
      };
      const result = read(cut(file, at));
      expect(result).toEqual({
        format: { sampleRate: rate, channels, encoding: 'pcm', bits },
        channels:
          frames === 0
            ? []
            : Array.from({ length: channels }, (_, channel) =>
                Array.from({ length: frames }, (_, frame) => sample((frame * channels + channel) * width)),
              ),
      });
    }),
    cases(4_000),
  );
});

/** Real headers with bytes changed, cut off, put in. */
const damaged = fc
  .tuple(
    pcm,
    fc.constantFrom(1, 2, 3, 6, 7, 0xfffe),
    fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 6 }),
    fc.nat(400),
  )
  .map(([{ data, channels, bits, rate }, tag, changes, length]) => {
    const file = wavFile(data, { tag, channels, bits, rate });
    for (const [at, value] of changes) if (at < file.length) file[at] = value;
    return file.subarray(0, length);
  });
const chunks = fc
  .array(
    fc.tuple(
      fc.constantFrom('fmt ', 'data', 'ds64', 'LIST', 'xxxx'),
      fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 16, 4096, 4097, 0x7fffffff, 0xffffffff)),
      fc.uint8Array({ maxLength: 60 }),
    ),
    { maxLength: 8 },
  )
  .map((list) =>
    Uint8Array.from([
      ...Buffer.from('RIFF....WAVE', 'latin1'),
      ...list.flatMap(([id, size, body]) => {
        const head = Buffer.alloc(8);
        head.write(id, 'latin1');
        head.writeUInt32LE(size, 4);
        return [...head, ...body];
      }),
    ]),
  );

it('any bytes are read or refused by a code, the same wherever they are cut', () => {
  fc.assert(
    fc.property(fc.oneof(damaged, chunks, fc.uint8Array({ maxLength: 100 })), places, (bytes, at) => {
      const whole = read([bytes.slice()]);
      expect(read(cut(bytes, at))).toEqual(whole);
      if ('refused' in whole) expect(['undecodable_media', 'decoder_missing']).toContain(whole.refused);
      else for (const channel of whole.channels) expect(channel.every(Number.isFinite)).toBe(true);
    }),
    cases(8_000),
  );
});
