import { describe, expect, it } from 'vitest';
import { moveCafDataToEnd, moveMoovToFront } from '../../src/media/faststart.js';

const bytes = (...parts: (Uint8Array | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
const u32 = (...values: number[]) => {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => buffer.writeUInt32BE(value, 4 * i));
  return buffer;
};
const u64 = (value: number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
};
const box = (type: string, ...contents: (Uint8Array | string)[]) => {
  const body = bytes(...contents);
  return bytes(u32(body.length + 8), type, body);
};
const moov = (table: Uint8Array) =>
  box(
    'moov',
    box('mvhd', 'xxxx'),
    box('trak', box('mdia', box('minf', box('stbl', box('stsz', 'yy'), table)))),
  );
const ftyp = box('ftyp', 'isom', 'mp42');
const mdat = box('mdat', 'SAMPLES-OF-THE-RECORDING');
const first = ftyp.length + 8;
/** The same bytes in blocks of `size`, as uploads lie in memory. */
const inBlocks = (file: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(file.length / size) }, (_, i) => file.subarray(i * size, (i + 1) * size));
const samplesAt = (file: Buffer, offset: number) => file.toString('latin1', offset, offset + 7);

describe('moov at the end of a file', () => {
  it.each([1, 5, 16, 1000])(
    'comes to the front, and chunk offsets still point at the samples (blocks of %i)',
    (size) => {
      const index = moov(box('stco', u32(0, 2, first, first + 8)));
      const moved = bytes(...moveMoovToFront(inBlocks(bytes(ftyp, mdat, index, box('free', 'end')), size)));
      expect(moved.indexOf('moov')).toBeLessThan(moved.indexOf('mdat'));
      const at = moved.indexOf('stco') + 12;
      expect(samplesAt(moved, moved.readUInt32BE(at))).toBe('SAMPLES');
      expect(samplesAt(moved, moved.readUInt32BE(at + 4))).toBe('OF-THE-');
      expect(moved).toHaveLength(ftyp.length + mdat.length + index.length + 11);
    },
  );

  it('has 64-bit offsets fixed too, and 64-bit box sizes read', () => {
    const large = bytes(u32(1), 'mdat', u64(16 + 7), 'SAMPLES');
    const index = moov(box('co64', u32(0, 1), u64(ftyp.length + 16)));
    const moved = bytes(...moveMoovToFront([bytes(ftyp, large, index)]));
    expect(samplesAt(moved, Number(moved.readBigUInt64BE(moved.indexOf('co64') + 12)))).toBe('SAMPLES');
  });

  it('leaves files alone whose index is in front or missing', () => {
    const index = moov(box('stco', u32(0, 1, 999)));
    for (const file of [
      bytes(ftyp, index, mdat),
      bytes(ftyp, mdat),
      bytes(ftyp, mdat, index.subarray(0, 20)),
    ])
      expect(bytes(...moveMoovToFront([file]))).toEqual(file);
  });

  it('reads no further than a table that claims too many entries', () => {
    const file = bytes(ftyp, mdat, moov(box('stco', u32(0, 0xffffffff, first))));
    const moved = bytes(...moveMoovToFront([file]));
    expect(samplesAt(moved, moved.readUInt32BE(moved.indexOf('stco') + 12))).toBe('SAMPLES');
  });

  it('goes no deeper than an index is, and looks at no more boxes than a recording has', () => {
    const nested = Buffer.concat(
      Array.from({ length: 200_000 }, (_, i) => bytes(u32(8 * (200_000 - i)), i === 0 ? 'moov' : 'trak')),
    );
    const moved = bytes(...moveMoovToFront([bytes(mdat, nested)]));
    expect(moved.equals(bytes(nested, mdat))).toBe(true);
    const many = Buffer.alloc(8 * 1_000_000, bytes(u32(8), 'free'));
    const file = bytes(many, mdat, moov(box('stco', u32(0, 1, first))));
    expect(bytes(...moveMoovToFront(inBlocks(file, 1000))).equals(file)).toBe(true);
  });

  it('ends on boxes of size nought, of impossible size, and on nothing', () => {
    for (const file of [bytes(ftyp, u32(0), 'moov'), bytes(ftyp, u32(3), 'mdat'), bytes('')])
      expect(bytes(...moveMoovToFront([file]))).toEqual(file);
  });
});

describe('CAF', () => {
  const chunk = (type: string, contents: string) => bytes(type, u64(contents.length), contents);
  it('gets its samples behind its packet table', () => {
    const head = bytes('caff', u32(0x10000));
    const parts = [chunk('desc', 'D'), chunk('data', 'SAMPLES'), chunk('pakt', 'TABLE')] as const;
    expect(bytes(...moveCafDataToEnd([bytes(head, ...parts)]))).toEqual(
      bytes(head, parts[0], parts[2], parts[1]),
    );
  });
  it('stays as it is when its samples go on to the end', () => {
    const file = bytes('caff', u32(0x10000), 'data', Buffer.alloc(8, 0xff), 'SAMPLES');
    expect(bytes(...moveCafDataToEnd([file]))).toEqual(file);
  });
});
