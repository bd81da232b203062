import { describe, expect, it } from 'vitest';
import {
  PIECE_BYTES,
  newId,
  openRecording,
  sealRecording,
  sealedLength,
  sha256,
  type RecordingRef,
} from '../src/index.js';
import { concat, decodeBase64url, encodeBase64url } from '../src/bytes.js';
import { CHUNK } from '../src/cobblestone.js';
import { randomBytes } from '../src/webcrypto.js';
import vectors from '../vectors/recording-v1.json';
import { codeOf } from './failure.js';

const transcriptId = newId();

const streamOf = (pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
async function piecesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
  return pieces;
}
/** toEqual takes long over megabytes. */
const same = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

async function seal(sound: Uint8Array[]) {
  const sealing = await sealRecording(transcriptId);
  expect(sealing.ref()).toMatchObject({ size: 0, sha256: '' });
  const pieces = await piecesOf(streamOf(sound).pipeThrough(sealing));
  const ref = sealing.ref();
  expect(ref.id).toBe(sealing.id);
  return { pieces, ref };
}
const open = async (pieces: Uint8Array[], ref: RecordingRef, of = transcriptId) => {
  const opened = await piecesOf(streamOf(pieces).pipeThrough(await openRecording(of, ref)));
  // To some readers an empty piece is the end.
  expect(opened.every(({ length }) => length > 0)).toBe(true);
  return concat(...opened);
};

const sound = randomBytes(2_500_000);
const first = await seal([sound.subarray(0, 7), sound.subarray(7)]);

describe('a recording', () => {
  it('opens to what was sealed, whatever its length and however it comes', async () => {
    expect(same(await open(first.pieces, first.ref), sound)).toBe(true);
    expect(same(await open([concat(...first.pieces)], first.ref), sound)).toBe(true);
    for (const length of [0, 1, 1024, 16_384, 1_048_400, PIECE_BYTES, 65 * CHUNK]) {
      const { pieces, ref } = await seal([sound.subarray(0, length)]);
      expect(ref.size).toBe(length);
      expect(same(await open(pieces, ref), sound.subarray(0, length))).toBe(true);
    }
  });

  it('goes in pieces of one size, and its hash is over theirs', async () => {
    const { pieces, ref } = first;
    expect(pieces.slice(0, -1).every(({ length }) => length === PIECE_BYTES)).toBe(true);
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(sealedLength(sound.length));
    const hashes = await Promise.all(pieces.map(async (piece) => decodeBase64url(await sha256(piece))));
    expect(ref.sha256).toBe(await sha256(concat(...hashes)));
  });

  it('has a key and an id of its own each time, and a size that says little', async () => {
    const [one, other] = [
      await seal([sound.subarray(0, 1_000_000)]),
      await seal([sound.subarray(0, 1_010_000)]),
    ];
    expect(one.ref.key).not.toBe(other.ref.key);
    expect(one.ref.id).not.toBe(other.ref.id);
    expect(one.pieces.map(({ length }) => length)).toEqual(other.pieces.map(({ length }) => length));
  });

  it('is refused when it is another one, cut, swapped, extended or changed', async () => {
    const { pieces, ref } = first;
    const other = await seal([sound]);
    const flipped = concat(...pieces);
    flipped[flipped.length - 1] ^= 1;
    const refused = [
      open(pieces.slice(0, -1), ref),
      open([pieces[1], pieces[0], pieces[2]], ref),
      open([...pieces, new Uint8Array(1)], ref),
      open([flipped], ref),
      open(other.pieces, ref),
      open(other.pieces, { ...other.ref, sha256: ref.sha256 }),
      open(pieces, { ...ref, key: other.ref.key }),
      open(pieces, { ...ref, id: newId() }),
      open(pieces, ref, newId()),
    ];
    expect(new Set(await Promise.all(refused.map(codeOf)))).toEqual(new Set(['authentication_failed']));
    expect(await codeOf(open([], { ...ref, sha256: await sha256(new Uint8Array()) }))).toBe('malformed');
  });

  it('fails at its end when the card says another length, and gives no more than that until then', async () => {
    const { pieces, ref } = first;
    expect(await codeOf(open(pieces, { ...ref, size: 5_000_000 }))).toBe('invalid_document');
    let given = 0;
    const reader = streamOf(pieces)
      .pipeThrough(await openRecording(transcriptId, { ...ref, size: 10 }))
      .getReader();
    const reading = (async () => {
      for (let read = await reader.read(); !read.done; read = await reader.read()) given += read.value.length;
    })();
    expect(await codeOf(reading)).toBe('invalid_document');
    expect(given).toBe(10);
  });

  it('hands on the failure of its source, and refuses what are no bytes', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('gone')),
    });
    await expect(piecesOf(broken.pipeThrough(await sealRecording(transcriptId)))).rejects.toThrow('gone');
    await expect(seal(['text' as never])).rejects.toThrow(/piece must be a Uint8Array/);
    await expect(sealRecording('x')).rejects.toThrow(/transcriptId/);
    await expect(openRecording(transcriptId, { ...first.ref, id: 'x' })).rejects.toThrow(/recordingId/);
    expect(await codeOf(openRecording(transcriptId, { ...first.ref, key: '=' }))).toBe('malformed');
  });
});

describe('the vectors', () => {
  it.each(vectors.recordings)('$id opens', async ({ transcriptId: of, ref, sound: text, sealed }) => {
    const bytes = decodeBase64url(sealed);
    expect(bytes).toHaveLength(sealedLength(ref.size));
    expect(encodeBase64url(await open([bytes], ref, of))).toBe(text);
  });

  it.each(vectors.refused)('$id is refused', async ({ transcriptId: of, ref, sealed, code }) => {
    expect(await codeOf(open([decodeBase64url(sealed)], ref, of))).toBe(code);
  });
});
