import { describe, expect, it } from 'vitest';
import { frameHead, FrameReader, type AnswerHeader } from '../../src/transcription/recognizer-protocol.js';

describe('frames between server and recogniser', () => {
  const frame = (header: AnswerHeader, payload: Float32Array) =>
    Buffer.concat([frameHead(header, payload.byteLength), new Uint8Array(payload.buffer)]);

  it('come out whole from chunks of any size, and the chunks are wiped', () => {
    const payload = Float32Array.from({ length: 50_000 }, (_, i) => i / 7);
    const bytes = Buffer.concat([
      frame({ kind: 'error', code: 'ä' }, new Float32Array(0)),
      frame({ kind: 'done' }, payload),
      frame({ kind: 'done' }, Float32Array.of(1)),
    ]);
    for (const size of [1000, 4096, 65_536, bytes.length]) {
      const reader = new FrameReader<AnswerHeader>();
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        Buffer.from(bytes.subarray(i * size, (i + 1) * size)),
      );
      const frames = chunks.flatMap((chunk) => reader.push(chunk));
      expect(frames.map(({ header }) => header.kind)).toEqual(['error', 'done', 'done']);
      expect(frames[1]?.payload).toEqual(payload);
      expect(chunks.every((chunk) => chunk.every((byte) => byte === 0))).toBe(true);
    }
  });
});
