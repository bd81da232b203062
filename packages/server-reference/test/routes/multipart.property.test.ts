// Any body, however it is cut, against what an encoder that is not ours made of a form.
import fc from 'fast-check';
import { FormData, Response } from 'undici';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { boundaryOf, MalformedMultipart, MultipartParser } from '../../src/routes/multipart.js';

interface Part {
  name: string;
  file: boolean;
  bytes: string;
}

/** The parts of a body that comes in pieces; the message of the refusal where it is refused. */
function parse(pieces: readonly Buffer[], boundary: string) {
  const parts: Part[] = [];
  const parser = new MultipartParser(boundary, ({ name, file }) => {
    const part = { name, file, bytes: '' };
    parts.push(part);
    return (bytes) => (part.bytes += Buffer.from(bytes).toString('latin1'));
  });
  try {
    for (const piece of pieces) parser.push(piece);
  } catch (error) {
    if (!(error instanceof MalformedMultipart)) throw error;
    return { refused: error.message };
  }
  return { parts, complete: parser.complete };
}

/** Copies of the pieces between these places: the parser wipes what it gets. */
function cut(bytes: Uint8Array, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => Buffer.from(bytes.slice(sorted[i], end)));
}

const places = fc.array(fc.nat(100_000), { maxLength: 12 });
const BOUNDARY = 'b-1';
/** Pieces of bodies: what a parser looks for, whole and in halves, among anything. */
const fragment = fc.oneof(
  fc.constantFrom(
    ...['\r\n', '\r', '\n', '--', `--${BOUNDARY}`, `\r\n--${BOUNDARY}`, `\r\n--${BOUNDARY}\r\n`, '\r\n\r\n'],
    ...[`--${BOUNDARY}--`, `\r\n--${BOUNDARY}--\r\n`, ' ', '\t', '"', '\\', ';', '=', ':', 'x=y', '\0'],
    ...['Content-Disposition: form-data; name="a"', 'content-disposition:form-data;name=b; filename=c'],
    ...['Content-Type: application/octet-stream', 'form-data; name="', "filename*=utf-8''x", 'é', '😀'],
  ),
  fc.string({ maxLength: 8 }),
);
const body = fc
  .array(fragment, { maxLength: 30 })
  .map((fragments) => Buffer.from(`--${BOUNDARY}\r\n${fragments.join('')}`, 'utf8'));
const anything = fc.oneof(
  body,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

it('any bytes are read or refused as malformed, the same wherever they are cut', () => {
  fc.assert(
    fc.property(anything, places, (bytes, at) => {
      const whole = parse([Buffer.from(bytes)], BOUNDARY);
      expect(parse(cut(bytes, at), BOUNDARY)).toEqual(whole);
    }),
    cases(8_000),
  );
});

it('heads about as long as they may be are read or refused the same wherever they are cut', () => {
  const head = (length: number) =>
    Buffer.from(
      `--${BOUNDARY}\r\n${'content-disposition: form-data; name=a; x='.padEnd(length, 'y')}\r\n\r\nz`,
    );
  fc.assert(
    fc.property(fc.integer({ min: 16_380, max: 16_390 }), fc.nat(8), (length, back) => {
      const bytes = head(length);
      const whole = parse([Buffer.from(bytes)], BOUNDARY);
      expect('refused' in whole).toBe(length > 16_384);
      expect(parse(cut(bytes, [bytes.length - back]), BOUNDARY)).toEqual(whole);
    }),
    cases(100),
  );
});

/** Names as browsers write them: line ends and quotes are percent-encoded there, and stay so here. */
const name = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\\', ''));
const wellFormed = (text: string) => text.toWellFormed();
const browserName = (text: string) =>
  wellFormed(text)
    .replace(/\r\n|\r|\n/g, '\r\n')
    .replaceAll('\r\n', '%0D%0A')
    .replaceAll('"', '%22');

it('a form that undici encoded comes out as it went in', async () => {
  const file = fc.record({ name, bytes: fc.uint8Array({ maxLength: 300 }), fileName: fc.option(name) });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 5 }), places, async (files, at) => {
      const form = new FormData();
      for (const { name, bytes, fileName } of files) {
        if (fileName === null) form.append(name, Buffer.from(bytes).toString('hex'));
        else form.append(name, new File([Uint8Array.from(bytes)], fileName));
      }
      const response = new Response(form);
      const boundary = boundaryOf(response.headers.get('content-type') ?? '') ?? '';
      const encoded = Buffer.from(await response.arrayBuffer());
      expect(parse(cut(encoded, at), boundary)).toEqual({
        complete: true,
        parts: files.map(({ name, bytes, fileName }) => ({
          name: browserName(name),
          file: fileName !== null,
          bytes: Buffer.from(bytes).toString(fileName === null ? 'hex' : 'latin1'),
        })),
      });
    }),
    cases(1_500),
  );
});

it('a boundary is the one of the content type, quoted or not, or there is none', () => {
  const token = fc.string({
    unit: fc.constantFrom(..."abcXYZ019'()+_,-./:=? "),
    minLength: 1,
    maxLength: 80,
  });
  fc.assert(
    fc.property(
      token,
      fc.constantFrom('', ' ', '; charset=utf-8', ';x="a;boundary=no"'),
      (boundary, more) => {
        const type = `Multipart/Form-Data${more}; Boundary="${boundary}"`;
        expect(boundaryOf(type)).toBe(boundary.length <= 70 ? boundary : undefined);
      },
    ),
    cases(1_000),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const found = boundaryOf(`multipart/form-data${text}`);
      expect(found === undefined || (found.length > 0 && found.length <= 70)).toBe(true);
    }),
    cases(2_000),
  );
});
