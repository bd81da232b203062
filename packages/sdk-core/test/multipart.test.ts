import { expect, test } from 'vitest';
import { encodeForm, type Part } from '../src/multipart.js';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

/** Read by another implementation than the one under test. */
async function parse(parts: Part[]) {
  const form = encodeForm(parts, 'b0undary');
  const bytes = new Uint8Array(await new Response(form.body as BodyInit).arrayBuffer());
  const data = await new Response(bytes, { headers: { 'content-type': form.contentType } }).formData();
  return { form, data, length: bytes.length };
}

test('fields and files arrive as they were given, and the length is told beforehand', async () => {
  const { form, data, length } = await parse([
    { name: 'language', data: 'de' },
    { name: 'file', fileName: 'audio.mp3', data: new Uint8Array([0, 13, 10, 45, 45, 255]) },
  ]);
  expect(form.body).toBeInstanceOf(Blob);
  expect(form.size).toBe(length);
  expect(data.get('language')).toBe('de');
  const file = data.get('file') as File;
  expect(file.name).toBe('audio.mp3');
  expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([0, 13, 10, 45, 45, 255]);
});

test('an iterable of known length is sent as it comes, with the length of the whole known', async () => {
  const { form, data, length } = await parse([
    { name: 'file', fileName: 'audio', data: chunks('one ', 'two'), size: 7 },
  ]);
  expect(form.body).not.toBeInstanceOf(Blob);
  expect(form.size).toBe(length);
  expect(await (data.get('file') as File).text()).toBe('one two');
});

test('where a length is not known, none is claimed', () => {
  expect(encodeForm([{ name: 'file', fileName: 'a', data: chunks('x') }], 'b').size).toBeUndefined();
});

test('a file name cannot break out of its header', async () => {
  const { data } = await parse([{ name: 'file', fileName: 'a"\r\nx: y".mp3', data: new Uint8Array(1) }]);
  expect((data.get('file') as File).name).toBe('a___x__y_.mp3');
});
