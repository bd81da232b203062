/**
 * Files whose index stands behind the samples cannot be decoded from a pipe. Here the index is moved to the front, in
 * memory and without copying the samples: `moov` in ISO media (MP4, M4A, MOV, 3GP; ISO/IEC 14496-12), where the chunk
 * offsets in `stco` and `co64` grow by its size, and `pakt` in CAF, where nothing points at anything.
 */
import { ByteRanges } from './byte-ranges.js';

interface Box {
  readonly type: string;
  readonly start: number;
  /** Where its contents begin. */
  readonly body: number;
  readonly end: number;
}

/** More of an index than any recording has. */
const MAX_MOOV = 64 * 1024 ** 2;
/** Boxes or chunks that are looked at from a file's beginning: more than any recording has before its index. */
const MAX_BOXES = 100_000;
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/** The file's bytes with `moov` before the first `mdat`; the same views when it is there already or there is none. */
export function moveMoovToFront(blocks: readonly Uint8Array[]): Uint8Array[] {
  const bytes = new ByteRanges(blocks);
  const boxes = readBoxes(bytes);
  const moov = boxes.find((box) => box.type === 'moov');
  const mdat = boxes.find((box) => box.type === 'mdat');
  if (moov === undefined || mdat === undefined || moov.start < mdat.start) return [...blocks];
  const size = moov.end - moov.start;
  if (size > MAX_MOOV) return [...blocks];
  const index = bytes.copy(moov.start, moov.end);
  shiftOffsets(index, moov.body - moov.start, size, (offset) => offset >= mdat.start && offset < moov.start);
  return [
    ...bytes.views(0, mdat.start),
    index,
    ...bytes.views(mdat.start, moov.start),
    ...bytes.views(moov.end, bytes.length),
  ];
}

/** A CAF file's bytes with its `data` chunk last. */
export function moveCafDataToEnd(blocks: readonly Uint8Array[]): Uint8Array[] {
  const bytes = new ByteRanges(blocks);
  let position = 8;
  let data: Box | undefined;
  for (let seen = 0; seen < MAX_BOXES && position + 12 <= bytes.length; seen++) {
    const head = bytes.copy(position, position + 12);
    const size = Number(viewOf(head).getBigInt64(4));
    if (size < 0 || position + 12 + size > bytes.length) break; // -1: up to the end of the file
    const end = position + 12 + size;
    if (typeAt(head, 0) === 'data') data = { type: 'data', start: position, body: position + 12, end };
    position = end;
  }
  if (data === undefined) return [...blocks];
  return [
    ...bytes.views(0, data.start),
    ...bytes.views(data.end, bytes.length),
    ...bytes.views(data.start, data.end),
  ];
}

function readBoxes(bytes: ByteRanges): Box[] {
  const boxes: Box[] = [];
  let position = 0;
  while (boxes.length < MAX_BOXES && position + 8 <= bytes.length) {
    const box = boxAt(bytes.copy(position, position + 16), 0, bytes.length - position);
    if (box === undefined) break;
    boxes.push({ type: box.type, start: position, body: position + box.body, end: position + box.end });
    position += box.end;
  }
  return boxes;
}

/** The box at `offset` of `bytes`, at most `room` bytes long; undefined where there is none. */
function boxAt(bytes: Uint8Array, offset: number, room: number): Box | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const view = viewOf(bytes);
  let size = view.getUint32(offset);
  let header = 8;
  if (size === 1 && offset + 16 <= bytes.length) {
    size = Number(view.getBigUint64(offset + 8));
    header = 16;
  } else if (size === 0) size = room;
  if (size < header || size > room) return undefined;
  return { type: typeAt(bytes, offset + 4), start: offset, body: offset + header, end: offset + size };
}

/** Adds `by` to every chunk offset of the samples that move, in all tables between `from` and the end. */
function shiftOffsets(
  index: Uint8Array,
  from: number,
  by: number,
  moves: (offset: number) => boolean,
  to = index.length,
  depth = 0,
): void {
  const view = viewOf(index);
  for (let position = from; position < to;) {
    const box = boxAt(index, position, to - position);
    if (box === undefined) return;
    // Each kind holds the next: what lies deeper is no index.
    if (containers.has(box.type) && depth < containers.size)
      shiftOffsets(index, box.body, by, moves, box.end, depth + 1);
    const wide = box.type === 'co64';
    if (wide || box.type === 'stco') {
      const first = box.body + 8;
      const width = wide ? 8 : 4;
      const count = box.end >= first ? view.getUint32(box.body + 4) : 0;
      for (let at = first; at + width <= box.end && at < first + count * width; at += width) {
        const offset = wide ? Number(view.getBigUint64(at)) : view.getUint32(at);
        if (!moves(offset)) continue;
        if (wide) view.setBigUint64(at, BigInt(offset + by));
        else view.setUint32(at, offset + by);
      }
    }
    position = box.end;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const typeAt = (bytes: Uint8Array, offset: number) =>
  String.fromCharCode(...bytes.subarray(offset, offset + 4));
