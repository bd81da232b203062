// Any event stream, however it is cut, against a reader that takes the specification's steps one by one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { cut, places } from '../../../test/fixtures/cut.js';
import { readEvents, type ServerEvent } from '../src/sse.js';

/** WHATWG HTML, 9.2.6, line by line. */
function interpret(text: string): ServerEvent[] {
  const events: ServerEvent[] = [];
  let [data, type, line] = ['', '', ''];
  const take = () => {
    if (line === '') {
      if (data !== '') events.push({ name: type || 'message', data: data.slice(0, -1) });
      [data, type] = ['', ''];
    } else if (!line.startsWith(':')) {
      const colon = line.includes(':') ? line.indexOf(':') : line.length;
      const [field, raw] = [line.slice(0, colon), line.slice(colon + 1)];
      const value = raw.startsWith(' ') ? raw.slice(1) : raw;
      if (field === 'event') type = value;
      if (field === 'data') data += `${value}\n`;
    }
    line = '';
  };
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\r' || text[i] === '\n') {
      if (text[i] === '\r' && text[i + 1] === '\n') i++;
      take();
    } else line += text[i] ?? '';
  }
  return events;
}

async function* give(pieces: readonly Uint8Array[]) {
  yield* pieces;
}

const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    'data:',
    'data: ',
    'event:',
    'event: e',
    ':',
    ' ',
    'id: 1',
    'data',
    '😀',
    'é',
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);

it('gives the events of the specification, wherever the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), places, async (pieces, at) => {
      const bytes = Buffer.from(pieces.join(''));
      const events: ServerEvent[] = [];
      for await (const event of readEvents(give(cut(bytes, at)))) events.push(event);
      expect(events).toEqual(interpret(new TextDecoder().decode(bytes)));
    }),
    cases(8_000),
  );
});

it('reads any bytes to their end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), places, async (bytes, at) => {
      const events: ServerEvent[] = [];
      for await (const event of readEvents(give(cut(bytes, at)))) events.push(event);
      expect(events).toEqual(interpret(new TextDecoder().decode(bytes)));
    }),
    cases(2_000),
  );
});
