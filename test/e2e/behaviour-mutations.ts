/**
 * Damaged recordings that can be made again: a seed and a number give the same bytes each time. The damage is of the kinds
 * that break decoders: wrong sizes and counts in headers, missing, doubled and foreign pieces, flipped bits, early ends.
 */

/** A number from 0 to below 1, anew at each call: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const below = (random: Random, limit: number) => Math.floor(random() * limit);
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)];

/** A place in a file: most often where headers and indexes are. */
function place(random: Random, length: number): number {
  const where = random();
  if (where < 0.5) return below(random, Math.min(length, 256));
  if (where < 0.65) return below(random, Math.min(length, 4096));
  if (where < 0.8) return length - 1 - below(random, Math.min(length, 4096));
  return below(random, length);
}

const EXTREMES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

function flipBits(random: Random, bytes: Buffer): Buffer {
  for (let count = pick(random, [1, 2, 8, 64]); count > 0; count--)
    bytes[place(random, bytes.length)] ^= 1 << below(random, 8);
  return bytes;
}

function setNumbers(random: Random, bytes: Buffer): Buffer {
  for (let count = 1 + below(random, 4); count > 0; count--) {
    const value = random() < 0.7 ? pick(random, EXTREMES) : below(random, 2 ** 32);
    const width = pick(random, [1, 2, 4]);
    const at = place(random, bytes.length);
    if (at + width > bytes.length) continue;
    const fits = value % 2 ** (8 * width);
    if (random() < 0.5) bytes.writeUIntLE(fits, at, width);
    else bytes.writeUIntBE(fits, at, width);
  }
  return bytes;
}

/** Two ends of a piece, small ones more often. */
function range(random: Random, bytes: Buffer): [number, number] {
  const start = place(random, bytes.length);
  const length = Math.ceil(2 ** (random() * Math.log2(bytes.length + 1)));
  return [start, Math.min(bytes.length, start + length)];
}

function replaceRange(random: Random, bytes: Buffer): Buffer {
  const [start, end] = range(random, bytes);
  const kind = below(random, 3);
  for (let i = start; i < end; i++) bytes[i] = kind === 0 ? 0 : kind === 1 ? 0xff : below(random, 256);
  return bytes;
}

function removeRange(random: Random, bytes: Buffer): Buffer {
  const [start, end] = range(random, bytes);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function doubleRange(random: Random, bytes: Buffer): Buffer {
  const [start, end] = range(random, bytes);
  const copies = Array<Buffer>(1 + below(random, 3)).fill(bytes.subarray(start, end));
  return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
}

function cut(random: Random, bytes: Buffer): Buffer {
  return bytes.subarray(0, 1 + below(random, bytes.length));
}

/** A recording damaged in one to three ways; `stranger` lends pieces. */
export function mutate(random: Random, recording: Uint8Array, stranger: Uint8Array): Uint8Array {
  const splice = (_: Random, bytes: Buffer): Buffer => {
    const [start, end] = range(random, Buffer.from(stranger));
    const at = place(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), stranger.subarray(start, end), bytes.subarray(at)]);
  };
  const ways = [flipBits, setNumbers, setNumbers, replaceRange, removeRange, doubleRange, splice];
  let bytes: Buffer = Buffer.from(recording);
  for (let count = 1 + below(random, 3); count > 0 && bytes.length > 1; count--)
    bytes = pick(random, ways)(random, bytes);
  if (bytes.length > 1 && random() < 0.4) bytes = cut(random, bytes);
  return bytes;
}
