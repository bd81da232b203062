// Bombs in forms, JSON and recordings, and names that mean something to somebody else: a clear error each time, or nothing at all, and
// no more memory than for what is right.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasProc, peakBytes } from './behaviour-processes.js';
import { exchange, requestOf } from './raw-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, JFK, newSession, transcribe } from './server-requests.js';

const MIB = 1024 ** 2;
const jfk = readFileSync(JFK);

let server: RunningServer;
let token: string;
beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1', '--max-upload', String(4 * MIB)] });
  token = await newSession(server.url);
});
afterAll(() => server?.stop());
afterEach(() => expect(server.running()).toBe(true));
const bearer = () => ({ authorization: `Bearer ${token}` });

describe('bombs', () => {
  const form = (parts: string[], end = '--b--\r\n') => Buffer.from(`${parts.join('')}${end}`);
  const field = (name: string, value: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const send = (path: string, body: Buffer, method = 'POST', headers: Record<string, string> = {}) =>
    call(server.url + path, {
      method,
      headers: { ...bearer(), 'content-type': 'multipart/form-data; boundary=b', ...headers },
      body,
    });
  const creating = { 'if-none-match': '*', 'sealscribe-index-match': '"0"' };
  const transcript = `/v1/transcripts/${'A'.repeat(22)}`;

  test('ten thousand fields, to both halves', async () => {
    const fields = form(Array.from({ length: 10_000 }, (_, i) => field(`f${i}`, 'x')));
    expect((await send('/v1/transcribe', fields)).status).toBe(400);
    expect((await send(transcript, fields, 'PUT', creating)).status).toBe(400);
  });

  test('a thousand files of one name', async () => {
    const file = '--b\r\ncontent-disposition: form-data; name="card"; filename="x"\r\n\r\nx\r\n';
    const files = form(Array<string>(1000).fill(file));
    expect((await send('/v1/transcribe', files)).status).toBe(400);
    expect((await send(transcript, files, 'PUT', creating)).status).toBe(400);
  });

  test.each([
    ['a field of a mebibyte', [field('language', 'x'.repeat(MIB))]],
    ['a field name of 64 KiB', [field('n'.repeat(65_536), 'x')]],
    ['a head of 64 KiB', [`--b\r\n${'x-a: b\r\n'.repeat(8192)}\r\nx\r\n`]],
    ['a head without end', [`--b\r\n${'x'.repeat(100_000)}`]],
    [
      'a form within the form',
      ['--b\r\ncontent-type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n'],
    ],
    ['a delimiter that goes on', ['--bb\r\n\r\n']],
  ])('%s', async (_name, parts) => {
    expect((await send('/v1/transcribe', form(parts))).status).toBe(400);
    expect((await send(transcript, form(parts), 'PUT', creating)).status).toBe(400);
  });

  test.each(['', 'boundary=', `boundary=${'b'.repeat(200)}`, 'boundary="a\r\nb"', 'charset=x'])(
    'a form with the boundary %j',
    async (parameter) => {
      const type = `multipart/form-data; ${parameter.replace(/[\r\n]/g, ' ')}`;
      for (const [path, method] of [
        ['/v1/transcribe', 'POST'],
        [transcript, 'PUT'],
      ] as const) {
        const { status } = await send(path, form([field('a', 'b')]), method, {
          'content-type': type,
          ...creating,
        });
        expect([400, 415]).toContain(status);
      }
    },
  );

  test.each([
    ['deep', '['.repeat(8000) + ']'.repeat(8000)],
    ['deep objects', '{"a":'.repeat(2500) + '1' + '}'.repeat(2500)],
    ['large', `{"email":"${'a'.repeat(100_000)}"}`],
    ['a number of ten thousand digits', `{"email":${'9'.repeat(10_000)}}`],
    ['keys that change prototypes', '{"__proto__":{"email":"a@b.example"}}'],
    ['constructors', '{"constructor":{"prototype":{"email":"a@b.example"}}}'],
    ['doubled keys that differ', '{"email":"a@b.example","email":7}'],
    ['a lone surrogate', '{"email":"\\ud800"}'],
    ['a NUL', '{"email":"a@b.example\\u0000"}'],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ])('JSON that is %s', async (_name, body) => {
    const answer = await call(`${server.url}/v1/accounts/prelogin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    });
    expect([400, 413]).toContain(answer.status);
    expect(answer.json.error.code).toMatch(/^(bad_request|payload_too_large)$/);
  });

  test.each([
    ['a gzip of a gigabyte', gzipSync(Buffer.alloc(64 * MIB)), 415],
    ['a ZIP', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100_000)]), 415],
    ['a playlist that names a file', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'), 415],
    ['a list that names files', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n"), 415],
    [
      'an SVG that names an address',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/"/></svg>'),
      415,
    ],
    ['SDP', Buffer.from('v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n'), 415],
    [
      'a WAV that says 4 GiB',
      Buffer.concat([jfk.subarray(0, 40), Buffer.from([255, 255, 255, 255]), jfk.subarray(44, 4044)]),
      200,
    ],
    ['a WAV of 65535 channels', wavWith(22, 65_535), 422],
    ['a WAV of no channels', wavWith(22, 0), 422],
    ['a WAV of 4 GHz', wavWith(24, 0xffffffff, 4), 422],
  ])('%s as a recording', async (_name, file, status) => {
    const answer = await transcribe(server.url, token, file);
    expect([status, 422, 415]).toContain(answer.status);
    expect(answer.status).toBeLessThan(500);
    if (hasProc) expect(peakBytes(server.pid)).toBeLessThan(700 * MIB);
  });
});

function wavWith(at: number, value: number, bytes = 2): Buffer {
  const file = Buffer.from(jfk.subarray(0, 20_000));
  if (bytes === 2) file.writeUInt16LE(value, at);
  else file.writeUInt32LE(value, at);
  return file;
}

describe('names that mean something elsewhere', () => {
  const names = [
    ...[
      '../../../etc/passwd',
      '..\\..\\windows\\win.ini',
      '/etc/passwd',
      'C:\\x.wav',
      'CON',
      'NUL',
      '-i',
      '--help',
    ],
    ...[
      '$(reboot)',
      '`reboot`',
      '| reboot',
      '; reboot',
      '%s%n%x',
      '%00',
      'x\u0000.wav',
      'x\r\nx-evil: 1',
      'x"; filename="y',
    ],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '<script>alert(1)</script>',
      '{{7*7}}',
      '${7*7}',
    ],
    ...[
      '\u202egpj.exe',
      'a\u0301'.repeat(500),
      '\ud83d\ude00',
      '\ufeff',
      ' ',
      '.',
      '..',
      '~',
      'file:///etc/passwd',
      'http://127.0.0.1/',
    ],
    'n'.repeat(8000),
  ];

  const send = (body: Buffer) =>
    call(`${server.url}/v1/transcribe`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'multipart/form-data; boundary=b' },
      body,
    });
  const quoted = (name: string) => name.replace(/[\r\n"]/g, (each) => encodeURIComponent(each));
  const field = (name: string) =>
    `--b\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${name}\r\n`;
  const file = (name: string) =>
    `--b\r\ncontent-disposition: form-data; name="file"; filename="${quoted(name)}"\r\ncontent-type: audio/wav\r\n\r\n`;

  test.each(names.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    '%s as the name of a file and of a field changes nothing',
    async (_shown, name) => {
      const answer = await send(Buffer.from(`${field(name)}${file(name)}\r\n--b--\r\n`));
      expect(answer).toMatchObject({ status: 400, json: { code: 'empty_file' } });
      expect(answer.headers).not.toHaveProperty('x-evil');
    },
  );

  test('all of them at once are fields without meaning', async () => {
    const form = `${names.map(field).join('')}${file('../x')}`;
    const body = Buffer.concat([Buffer.from(form), jfk.subarray(0, 12_044), Buffer.from('\r\n--b--\r\n')]);
    expect((await send(body)).status).toBe(200);
  });

  const ids = names.filter((name) => name !== '.' && name !== '..');
  test.each(ids.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    '%s as an id is none',
    async (_shown, name) => {
      for (const path of ['/v1/blobs/', '/v1/uploads/', '/v1/workspaces/']) {
        const answer = await call(`${server.url}${path}${encodeURIComponent(name)}`, {
          headers: { ...bearer(), 'tus-resumable': '1.0.0' },
        });
        expect([400, 401, 404, 405, 431]).toContain(answer.status);
      }
    },
  );

  test.each([
    '/v1/blobs/../../health',
    '/v1/../health',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//health',
    '/health/',
    '/HEALTH',
    '/health;x',
  ])('%s leads nowhere else', async (path) => {
    const { statuses } = await exchange(
      server.url,
      requestOf(`GET ${path} HTTP/1.1`, [`authorization: Bearer ${token}`]),
    );
    expect(statuses).toEqual([404]);
  });
});
