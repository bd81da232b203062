import { expect, test } from 'vitest';
import { readEvents, type ServerEvent } from '../src/sse.js';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function collect(text: string, size: number): Promise<ServerEvent[]> {
  const events = [];
  for await (const event of readEvents(inPieces(new TextEncoder().encode(text), size))) events.push(event);
  return events;
}

const stream =
  ': a comment\r\n\r\nevent: progress\r\ndata: {"a":1}\r\n\r\n' +
  'data: läuft – 走\ndata:zwei\n\nevent:result\rdata: x\r\rid: 7\nretry: 5\n\nevent: cut\ndata: never ended';

test.each([1, 2, 3, 5, 7, 1000])('events are the same in pieces of %i bytes', async (size) => {
  expect(await collect(stream, size)).toEqual([
    { name: 'progress', data: '{"a":1}' },
    { name: 'message', data: 'läuft – 走\nzwei' },
    { name: 'result', data: 'x' },
  ]);
});

test('an event whose last line ends with a CR alone is complete, at the end and in the middle', async () => {
  for (const size of [1, 2, 100]) {
    expect(await collect('data: x\n\r', size)).toEqual([{ name: 'message', data: 'x' }]);
    expect(await collect('data: x\r\r', size)).toEqual([{ name: 'message', data: 'x' }]);
    expect(await collect('data: x\n\rdata', size)).toEqual([{ name: 'message', data: 'x' }]);
    expect(await collect('data: x\r', size)).toEqual([]);
  }
});
