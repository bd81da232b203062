/** Forms as the routes of recordings read them: known fields with values of every kind, files that are none, parts that are cut off. */
import fc from 'fast-check';
import { OPENAI_FORMATS, RESPONSE_FORMATS } from '@sealscribe/protocol';
import { anyValue, CANARY, headerText } from './any-requests.js';

const values: Readonly<Record<string, readonly string[]>> = {
  model: ['moonshine-tiny-en', 'whisper-1', 'default', 'auto'],
  models: ['moonshine-tiny-en', 'moonshine-tiny-en,whisper-1', ',,', 'a,'.repeat(500)],
  'models[]': ['moonshine-tiny-en'],
  language: ['en', 'EN', 'en-US', 'auto', 'de', 'x'.repeat(64)],
  diarize: ['true', 'false', '1', '0', 'TRUE', 'yes'],
  speakers: ['0', '1', '2', '10', '11', '999', '1000', '-1', '1.5', '0x2', '2 '],
  response_format: [...RESPONSE_FORMATS, ...OPENAI_FORMATS, 'xml', '__proto__'],
  stream: ['true', 'false', '1', 'no'],
  'timestamp_granularities[]': ['word', 'segment', 'char'],
  timestamp_granularities: ['word', 'segment'],
  'include[]': ['logprobs', 'all'],
  'known_speaker_names[]': ['me'],
  prompt: ['words before'],
  temperature: ['0', '2', 'hot'],
  chunking_strategy: ['auto', '{"type":"server_vad"}'],
  upload: ['A'.repeat(22), '../../etc/passwd'],
  url: ['https://recordings.example/a.wav', 'http://127.0.0.1/', 'file:///etc/passwd', 'https://[::1]:1/'],
  ['__proto__']: ['x'],
};
const names = Object.getOwnPropertyNames(values);
const anyText = fc.oneof(
  headerText,
  anyValue.map((value) => JSON.stringify(value) ?? ''),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', CANARY, 'x'.repeat(16 * 1024), 'x'.repeat(16 * 1024 + 1), 'é'.repeat(9000)),
);
const field = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...names)
      .chain((name) =>
        fc.tuple(
          fc.constant(name),
          fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom(...(values[name] ?? [])) },
            { weight: 1, arbitrary: anyText },
          ),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.oneof(fc.constantFrom('file', '', CANARY, 'toString'), headerText), anyText),
  },
);

/** A WAV file with so many samples of silence at 16 kHz. */
export function silence(samples: number): Buffer {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.set([16, 0, 0, 0, 1, 0, 1, 0], 16);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.set([2, 0, 16, 0], 32);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(2 * samples, 40);
  return bytes;
}

const damaged = fc
  .tuple(fc.nat(2000), fc.array(fc.tuple(fc.nat(43), fc.nat(255)), { minLength: 1, maxLength: 3 }))
  .map(([samples, changes]) => {
    const bytes = silence(samples);
    for (const [at, to] of changes) bytes[at] = to;
    return bytes;
  });
const magic = fc.constantFrom(
  'OggS',
  'fLaC',
  'ID3',
  '\0\0\0\x18ftypM4A ',
  '%PDF',
  '\x89PNG',
  '\x1aE\xdf\xa3',
  'caff',
  '\xff\xfb\x90\x64',
);
/** What comes as the recording; sound is rare, for it costs a decoder. */
const anyFile: fc.Arbitrary<Buffer | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 9,
    arbitrary: fc.constantFrom(Buffer.alloc(0), Buffer.from(CANARY), Buffer.alloc(3), Buffer.alloc(5000)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(magic, fc.uint8Array({ maxLength: 300 }))
      .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'latin1'), rest])),
  },
  { weight: 1, arbitrary: damaged },
  { weight: 1, arbitrary: fc.nat(4000).map(silence) },
);

const BOUNDARY = 'b-1';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
/** The bytes of a form. */
export function formOf(
  fields: readonly (readonly [name: string, text: string])[],
  file?: Uint8Array,
): Buffer {
  const quoted = (name: string) => name.replace(/["\r\n]/g, encodeURIComponent);
  const parts = fields.map(([name, text]) =>
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${text}\r\n`),
  );
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${CANARY}.wav"\r\n\r\n`;
  const files = file ? [Buffer.from(head), file, Buffer.from('\r\n')] : [];
  return Buffer.concat([...parts, ...files, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** The body of a form; now and then cut off. */
export const anyForm = fc
  .tuple(
    fc.array(field, { maxLength: 5 }),
    anyFile,
    fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(400) }),
  )
  .map(([fields, file, end]) => formOf(fields, file).subarray(0, end));
