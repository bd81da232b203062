// What the encoder writes, a decoder that is not ours (undici's) reads back; its size is known beforehand.
import fc from 'fast-check';
import { Response } from 'undici';
import { expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { encodeForm, type Part } from '../src/multipart.js';

const part = fc.record({
  name: fc.string({ unit: fc.constantFrom(...'abcXYZ_09'), minLength: 1, maxLength: 8 }),
  text: fc.string({ unit: 'grapheme', maxLength: 40 }),
  file: fc.option(
    fc.record({ name: fc.string({ unit: 'grapheme' }), bytes: fc.uint8Array({ maxLength: 200 }) }),
  ),
});

it('a form comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (parts, streamed) => {
        const sent = parts.map(({ name, text, file }): Part => {
          if (!file) return { name, data: text };
          const iterable = async function* () {
            yield file.bytes.slice(0, 7);
            yield file.bytes.slice(7);
          };
          const data = streamed ? iterable() : Uint8Array.from(file.bytes);
          return { name, fileName: file.name, data, size: file.bytes.length };
        });
        const { body, contentType, size } = encodeForm(sent, 'boundary-of-this-test-2f0c');
        const bytes: Uint8Array[] = [];
        if (body instanceof Blob) bytes.push(await body.bytes());
        else for await (const piece of body) bytes.push(piece);
        const whole = Buffer.concat(bytes);
        expect(size).toBe(whole.length);
        const form = await new Response(whole, { headers: { 'content-type': contentType } }).formData();
        const got = await Promise.all(
          [...form].map(async ([name, value]) =>
            typeof value === 'string'
              ? { name, text: value }
              : { name, bytes: Buffer.from(await value.arrayBuffer()).toString('hex') },
          ),
        );
        expect(got).toEqual(
          parts.map(({ name, text, file }) =>
            file ? { name, bytes: Buffer.from(file.bytes).toString('hex') } : { name, text },
          ),
        );
      },
    ),
    cases(800),
  );
});
