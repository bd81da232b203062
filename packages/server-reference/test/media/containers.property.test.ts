// Files whose index is moved to the front, and what a file is by its first bytes: any boxes, any damage, however the bytes lie.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { ByteRanges } from '../../src/media/byte-ranges.js';
import { moveCafDataToEnd, moveMoovToFront } from '../../src/media/faststart.js';
import { findMpegAudio, sniff } from '../../src/media/sniff.js';

const u32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
};
const u64 = (value: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
};
const box = (type: string, body: Uint8Array) =>
  Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);

/** The bytes in blocks that end at these places. */
function blocksOf(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}
const places = fc.array(fc.nat(100_000), { maxLength: 8 });
const sorted = (bytes: Uint8Array) => Buffer.from(bytes).sort().toString('hex');

it('views and copies of bytes in blocks are those of the bytes in one', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      places,
      fc.nat(70),
      fc.nat(70),
      (bytes, at, start, length) => {
        const ranges = new ByteRanges(blocksOf(bytes, at));
        expect(ranges.length).toBe(bytes.length);
        expect(Buffer.concat(ranges.views(start, start + length)).toString('hex')).toBe(
          Buffer.from(bytes.subarray(start, start + length)).toString('hex'),
        );
        expect(ranges.copy(start, start + length)).toEqual(bytes.slice(start, start + length));
      },
    ),
    cases(3_000),
  );
});

const TYPES = ['moov', 'mdat', 'trak', 'mdia', 'minf', 'stbl', 'stco', 'co64', 'free', 'ftyp', 'data'];
const { tree } = fc.letrec<{ tree: Buffer }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom(...TYPES), fc.array(tie('tree'), { maxLength: 4 }))
      .map(([type, bodies]) => box(type, Buffer.concat(bodies))),
    // Sizes that lie: to the end, 64 bits, too long, too short.
    fc
      .tuple(
        fc.constantFrom(...TYPES),
        fc.constantFrom(0, 1, 7, 8, 16, 0x7fffffff, 0xffffffff),
        fc.oneof(fc.bigInt({ min: 0n, max: 64n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
        tie('tree'),
      )
      .map(([type, size, wide, body]) =>
        Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...(size === 1 ? [u64(wide)] : []), body]),
      ),
  ),
}));
const isoFile = fc.array(tree, { maxLength: 6 }).map((trees) => Buffer.concat(trees));

it('moving the index of any ISO file keeps its length and the place of nothing but whole boxes', () => {
  fc.assert(
    fc.property(isoFile, places, (file, at) => {
      const before = file.toString('hex');
      const moved = Buffer.concat(moveMoovToFront(blocksOf(file, at)));
      expect(moved.toString('hex')).toBe(Buffer.concat(moveMoovToFront([file])).toString('hex'));
      expect(moved.length).toBe(file.length);
      // What was given stays as it was: others may be reading it.
      expect(file.toString('hex')).toBe(before);
    }),
    cases(6_000),
  );
});

it('a chunk offset points at the same sample afterwards, in tables of both widths', () => {
  const layout = fc.record({
    wide: fc.boolean(),
    sample: fc.uint8Array({ minLength: 8, maxLength: 40 }),
    lead: fc.uint8Array({ maxLength: 20 }),
    tail: fc.uint8Array({ maxLength: 20 }),
    offsets: fc.array(fc.nat(39), { minLength: 1, maxLength: 6 }),
  });
  fc.assert(
    fc.property(layout, places, ({ wide, sample, lead, tail, offsets }, at) => {
      const front = Buffer.concat([box('ftyp', Buffer.from('isom')), box('free', lead)]);
      const first = front.length + 8;
      const places = offsets.map((offset) => first + (offset % sample.length));
      const entries = places.map((place) => (wide ? u64(BigInt(place)) : u32(place)));
      const table = box(wide ? 'co64' : 'stco', Buffer.concat([u32(0), u32(entries.length), ...entries]));
      const moov = ['stbl', 'minf', 'mdia', 'trak', 'moov'].reduce<Buffer>(
        (body, type) => box(type, body),
        table,
      );
      const file = Buffer.concat([front, box('mdat', sample), moov, box('free', tail)]);
      const moved = Buffer.concat(moveMoovToFront(blocksOf(file, at)));
      const body = moved.indexOf(wide ? 'co64' : 'stco') + 12;
      places.forEach((place, i) => {
        const now = wide ? Number(moved.readBigUInt64BE(body + 8 * i)) : moved.readUInt32BE(body + 4 * i);
        // Beyond the samples nothing moves: only what lies before the index is pushed back by it.
        expect(moved.subarray(now, first + moov.length + sample.length).toString('hex')).toBe(
          file.subarray(place, first + sample.length).toString('hex'),
        );
      });
    }),
    cases(2_000),
  );
});

it('moving the samples of any CAF file to its end loses no byte', () => {
  const chunk = fc
    .tuple(
      fc.constantFrom('desc', 'data', 'pakt', 'free'),
      fc.uint8Array({ maxLength: 30 }),
      fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    )
    .map(([type, body, lie]) => {
      const size = Buffer.alloc(8);
      size.writeBigInt64BE(lie ?? BigInt(body.length));
      return Buffer.concat([Buffer.from(type), size, body]);
    });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), places, (chunks, at) => {
      const file = Buffer.concat([Buffer.from('caff\0\x01\0\0', 'latin1'), ...chunks]);
      const moved = Buffer.concat(moveCafDataToEnd(blocksOf(file, at)));
      expect(moved.subarray(0, 8)).toEqual(file.subarray(0, 8));
      expect(sorted(moved)).toBe(sorted(file));
    }),
    cases(3_000),
  );
});

it('any first bytes have a format, and a search for MPEG frames ends', () => {
  const magic = fc.constantFrom(
    ...[
      'RIFF....WAVE',
      'OggS',
      'fLaC',
      'ID3',
      '....ftypM4A ',
      '\xff\xfb\x90\x00',
      '\xff\xf1',
      'caff',
      'PK\x03\x04',
    ],
  );
  const formats =
    'wav mp3 flac ogg-vorbis ogg-opus ogg-flac iso-media caf other-media unknown not-media'.split(' ');
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 300 }), fc.nat(20), (start, rest, drop) => {
      const head = Buffer.concat([Buffer.from(start, 'latin1'), rest]).subarray(drop % 13);
      expect(formats).toContain(sniff(head));
      expect(typeof findMpegAudio(head)).toBe('boolean');
    }),
    cases(5_000),
  );
});
