import { describe, expect, it } from 'vitest';
import {
  boundaryOf,
  MalformedMultipart,
  MultipartParser,
  type PartHead,
} from '../../src/routes/multipart.js';

/** The parts of a body that comes in pieces of `size` bytes. */
function parse(body: string, size = body.length, boundary = 'b') {
  const parts: (PartHead & { text: string })[] = [];
  const parser = new MultipartParser(boundary, (head) => {
    const part = { ...head, text: '' };
    parts.push(part);
    return (bytes) => (part.text += Buffer.from(bytes).toString('latin1'));
  });
  const bytes = Buffer.from(body, 'latin1');
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    Buffer.from(bytes.subarray(i * size, (i + 1) * size)),
  );
  for (const piece of pieces) parser.push(piece);
  return { parts, complete: parser.complete, pieces };
}

const FIELD = 'Content-Disposition: form-data; name="language"\r\n\r\nen';
const FILE =
  'content-disposition: form-data; filename="a; name=evil.wav"; name="file"\r\nContent-Type: audio/wav\r\n\r\n';

describe('a multipart body', () => {
  it('gives the same parts wherever it is cut, and every piece is wiped', () => {
    // Full of beginnings of delimiters.
    const noise = '\r\n--\r\n\r\r\n-\r\n--a\r\n-- \r\n';
    const body = `preamble\r\n--b  \r\n${FIELD}\r\n--b\r\n${FILE}${noise}\r\n--b\r\n${FILE}\r\n--b--\r\nepilogue`;
    for (let size = 1; size <= body.length; size++) {
      const { parts, complete, pieces } = parse(body, size);
      expect(complete).toBe(true);
      expect(parts).toEqual([
        { name: 'language', file: false, text: 'en' },
        { name: 'file', file: true, text: noise },
        { name: 'file', file: true, text: '' },
      ]);
      expect(pieces.every((piece) => piece.every((byte) => byte === 0))).toBe(true);
    }
  });
  it('is not complete without its last delimiter', () => {
    for (const end of ['', '\r\n--b', '\r\n--b-', '\r\n--c--'])
      expect(parse(`--b\r\n${FILE}abc${end}`).complete).toBe(false);
  });
  it('tells files by a file name or by their type, and takes names as RFC 7578 and browsers write them', () => {
    const head = (lines: string) => parse(`--b\r\n${lines}\r\n\r\n\r\n--b--`).parts[0];
    expect(head('CONTENT-DISPOSITION:form-data;NAME=plain')).toMatchObject({ name: 'plain', file: false });
    expect(head('Content-Disposition: form-data; name="a\\"b"')).toMatchObject({ name: 'a"b' });
    expect(head("Content-Disposition: form-data; name=f; filename*=utf-8''x")).toMatchObject({ file: true });
    const typed = 'Content-Disposition: form-data; name=f\r\nContent-Type: application/octet-stream';
    expect(head(typed)).toMatchObject({ file: true });
  });
  it('is refused where a part has no name, a head does not end or a delimiter goes on', () => {
    for (const body of [
      '--b\r\nContent-Disposition: form-data\r\n\r\n',
      '--b\r\nContent-Disposition: attachment; name="file"\r\n\r\n',
      '--b\r\n\r\nno head at all\r\n\r\n',
      `--b\r\n${'x'.repeat(17_000)}`,
      '--bb\r\n',
    ])
      for (const size of [1, body.length]) expect(() => parse(body, size)).toThrow(MalformedMultipart);
  });
});

it('takes the boundary from the content type, and only of form data', () => {
  expect(boundaryOf('multipart/form-data; boundary=b')).toBe('b');
  expect(boundaryOf('Multipart/Form-Data; charset=utf-8; Boundary="a b"')).toBe('a b');
  for (const type of [
    undefined,
    'multipart/form-data',
    'multipart/mixed; boundary=b',
    'text/plain; boundary=b',
  ])
    expect(boundaryOf(type)).toBeUndefined();
  expect(boundaryOf(`multipart/form-data; boundary=${'b'.repeat(71)}`)).toBeUndefined();
});
