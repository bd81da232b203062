// What is no request, or one of a doubtful form: refused with a status and a request id, never taken for two requests, and the server
// goes on, also seconds later.
import { connect as connectHttp2 } from 'node:http2';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { has } from '../../scripts/setup.mjs';
import { hasProc, peakBytes } from './behaviour-processes.js';
import { exchange, openLine, requestOf } from './raw-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, newSession } from './server-requests.js';
import { refusedUpgrade } from './stream-requests.js';

const MIB = 1024 ** 2;
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** In lower case: on every answer, also on those that are written before there is a route. */
const SECURITY = [
  "content-security-policy: default-src 'none';frame-ancestors 'none'\r\n",
  'strict-transport-security: max-age=31536000; includesubdomains\r\n',
  'x-content-type-options: nosniff\r\n',
  'x-frame-options: sameorigin\r\n',
  'referrer-policy: no-referrer\r\n',
];

let server: RunningServer;
let token: string;
/** When requests were left without the body that they announced. */
let begun: number;
beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1'] });
  token = await newSession(server.url);
  for (const version of ['HTTP/2.0', 'HTTP/1.1', 'HTTP/1.0']) {
    const socket = await openLine(server.url);
    socket.write(requestOf(`POST /v1/blobs ${version}`, ['content-length: 100'], 'x'));
  }
  begun = performance.now();
});
afterAll(() => server?.stop());
afterEach(() => expect(server.running()).toBe(true));

describe('requests of a doubtful form', () => {
  const json = (...headers: string[]) => ['content-type: application/json', ...headers];
  const post = (headers: string[], body = '') =>
    requestOf('POST /v1/accounts/prelogin HTTP/1.1', headers, body);
  const hidden = requestOf('GET /health HTTP/1.1');
  const health = (...headers: string[]) => requestOf('GET /health HTTP/1.1', headers);
  const many = (count: number, line = 'x-a: b') => Array<string>(count).fill(line);

  /** Bytes, the statuses of all answers to them, and whether the connection is closed. */
  const cases: [name: string, bytes: string, statuses: number[], closed: boolean][] = [
    ['bytes that are no HTTP', '\x00\x01\x02garbage\r\n\r\n', [400], true],
    ['a TLS record within TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400], true],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400], true],
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n', [400], true],
    ['a method that there is not', requestOf('BREW /health HTTP/1.1'), [400], true],
    ['a method in lower case', requestOf('get /health HTTP/1.1'), [400], true],
    ['a line without version', 'GET /health\r\n\r\n', [400], true],
    ['HTTP/1.2', requestOf('GET /health HTTP/1.2'), [400], true],
    ['HTTP/3.0', requestOf('GET /health HTTP/3.0'), [400], true],
    ['HTTP/2.0 in the first line', requestOf('GET /health HTTP/2.0'), [400], true],
    [
      'HTTP/2.0, with a body that does not come',
      requestOf('POST /v1/blobs HTTP/2.0', ['content-length: 9'], 'x'),
      [400],
      true,
    ],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n', [400], true],
    ['two Hosts', health('host: other'), [400], true],
    ['HTTP/1.0 without Host', 'GET /health HTTP/1.0\r\n\r\n', [200], true],
    ['HTTP/1.0, kept alive', 'GET /health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n', [200], false],
    ['a space before the colon', health('x-a : b'), [400], true],
    ['a folded header', health('x-a: b\r\n c'), [400], true],
    ['a header without a name', health(': b'), [400], true],
    ['a NUL in a header', health('x-a: b\x00c'), [400], true],
    ['a bare CR in a header', health('x-a: b\rc: d'), [400], true],
    ['lines that end in LF alone', 'GET /health HTTP/1.1\nhost: localhost\n\n', [400], true],
    ['one header of 64 KiB', health(`x-a: ${'b'.repeat(65_536)}`), [431], true],
    ['headers of 64 KiB in all', health(...many(700, `x-a: ${'b'.repeat(90)}`)), [431], true],
    ['101 headers', health(...many(100)), [400], true],
    ['3000 headers', health(...many(3000, 'a: b')), [400], true],
    ['a name of 64 KiB', health(`${'a'.repeat(65_536)}: b`), [431], true],
    ['an address of 64 KiB', requestOf(`GET /${'a'.repeat(65_536)} HTTP/1.1`), [431], true],
    ['an escape that is none', requestOf('GET /v1/blobs/%zz HTTP/1.1'), [400], false],
    ['an escape of half a character', requestOf('GET /v1/blobs/%c3 HTTP/1.1'), [400], false],
    ['two Authorizations', health('authorization: Bearer a', 'authorization: Bearer b'), [400], true],
    [
      'two content types',
      post(['content-type: application/json', 'content-type: text/plain', 'content-length: 2'], '{}'),
      [400],
      true,
    ],
    ['an expectation that there is not', post(json('expect: tea', 'content-length: 2'), '{}'), [417], true],

    ['a negative length', post(json('content-length: -2'), '{}'), [400], true],
    ['a length with a sign', post(json('content-length: +2'), '{}'), [400], true],
    ['a length in hexadecimal', post(json('content-length: 0x2'), '{}'), [400], true],
    ['a length that overflows', post(json('content-length: 99999999999999999999999'), '{}'), [400], true],
    ['a length over what a number holds', post(json('content-length: 9007199254740993'), '{}'), [413], true],
    ['a list of lengths', post(json('content-length: 2, 2'), '{}'), [400], true],
    [
      'two lengths',
      post(json('content-length: 2', `content-length: ${2 + hidden.length}`), `{}${hidden}`),
      [400],
      true,
    ],
    ['twice the same length', post(json('content-length: 2', 'content-length: 2'), '{}'), [400], true],
    [
      'a length and chunked',
      post(json('content-length: 5', 'transfer-encoding: chunked'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    [
      'chunked and a length',
      post(json('transfer-encoding: chunked', 'content-length: 5'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    [
      'chunked twice',
      post(json('transfer-encoding: chunked', 'transfer-encoding: chunked'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    [
      'chunked twice in a line',
      post(json('transfer-encoding: chunked, chunked'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    ['gzip, chunked', post(json('transfer-encoding: gzip, chunked'), `0\r\n\r\n${hidden}`), [400], true],
    [
      'chunked, identity',
      post(json('transfer-encoding: chunked, identity'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    [
      'an encoding before chunked with a tab',
      post(json('transfer-encoding:\tidentity,\tchunked'), `0\r\n\r\n${hidden}`),
      [400],
      true,
    ],
    [
      'a chunk with an extension that breaks the line',
      post(json('transfer-encoding: chunked'), `0;a\nb\r\n\r\n${hidden}`),
      [],
      true,
    ],
    ['a chunk of negative size', post(json('transfer-encoding: chunked'), `-1\r\n\r\n${hidden}`), [], true],
    [
      'a chunk of size 2^64',
      post(json('transfer-encoding: chunked'), `10000000000000000\r\n${hidden}`),
      [],
      true,
    ],
    [
      'a chunk that is longer than it says',
      post(json('transfer-encoding: chunked'), `1\r\n{}\r\n0\r\n\r\n${hidden}`),
      [],
      true,
    ],
    ['a request after HTTP/1.0', `GET /health HTTP/1.0\r\n\r\n${hidden}`, [200], true],

    ['gzip as a body', post(json('content-encoding: gzip', 'content-length: 2'), '{}'), [415], true],
    [
      'an encoding of two layers',
      post(json('content-encoding: br, gzip', 'content-length: 2'), '{}'),
      [415],
      true,
    ],
    ['two requests at once', health() + health(), [200, 200], false],
    ['ten requests at once', health().repeat(10), Array<number>(10).fill(200), false],
    ['a request and garbage after it', `${health()}\x00\x01\x02\r\n\r\n`, [200], true],
  ];

  test.each(cases)('%s', async (_name, bytes, statuses, closed) => {
    const heard = await exchange(server.url, bytes, Math.max(1, statuses.length));
    expect(heard.statuses).toEqual(
      // What breaks off in the middle of a body may be answered or not, but once at most and never as what was hidden in it.
      statuses.length === 0 ? heard.statuses.filter((status) => status === 400).slice(0, 1) : statuses,
    );
    expect(heard.ids).toHaveLength(heard.statuses.length);
    for (const id of heard.ids) expect(id).toMatch(UUID);
    for (const header of SECURITY)
      expect(heard.text.toLowerCase().split(header), header).toHaveLength(heard.statuses.length + 1);
    expect(heard.closed).toBe(closed);
  });

  test('CONNECT is closed without a word', async () => {
    expect(await exchange(server.url, requestOf('CONNECT evil.test:443 HTTP/1.1'))).toMatchObject({
      text: '',
      closed: true,
    });
  });
});

describe('request ids', () => {
  test.each(['mine', '0b5c8a34-9d1f-4b8e-8f43-3b7a51f0f7de', 'a'.repeat(50), '{"a":1}', '<script>'])(
    'a client does not choose its own: %s',
    async (id) => {
      const { headers } = await call(`${server.url}/nowhere`, { headers: { 'x-request-id': id } });
      expect(headers['x-request-id']).toMatch(UUID);
      expect(headers['x-request-id']).not.toBe(id);
    },
  );

  test('are on the refusals of an upgrade, and the same in header and body', async () => {
    const upgrade = (path: string, ...headers: string[]) =>
      requestOf(`GET ${path} HTTP/1.1`, [
        ...['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
        ...['sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', ...headers],
      ]);
    const ids = new Set<string>();
    for (const [bytes, status] of [
      [upgrade('/v1/stream'), 401],
      [upgrade('/v1/stream?token=x'), 401],
      [upgrade('/v1/stream', 'origin: https://evil.test'), 403],
      [upgrade('/v1/stream?model=none', `authorization: Bearer ${token}`), 404],
      [upgrade('/v1/stream?language=tlh', `authorization: Bearer ${token}`), 422],
      [upgrade('/nowhere'), 404],
      [upgrade('/v1/stream', `authorization: Bearer ${token}`, 'sec-websocket-extensions: \x00'), 400],
    ] as const) {
      const heard = await exchange(server.url, bytes);
      expect(heard.statuses).toEqual([status]);
      expect(heard.ids[0]).toMatch(UUID);
      expect(heard.text).toContain(`"requestId":"${heard.ids[0]}"`);
      ids.add(heard.ids[0] ?? '');
    }
    expect(ids.size).toBe(7);
    await expect(refusedUpgrade(server.url, '/v1/stream', {})).resolves.toMatchObject({ status: 401 });
  });
});

describe('TLS and HTTP/2', () => {
  test.skipIf(!has('openssl'))('a client that asks to renegotiate gets no new handshake', async () => {
    const { host } = new URL(server.url);
    const client = spawn('openssl', ['s_client', '-connect', host, '-tls1_3'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [client.stdout, client.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    await expect.poll(() => said).toContain('Verify return code');
    client.stdin.write('R\n');
    await once(client, 'exit');
    expect(said).toMatch(/RENEGOTIATING[^]*(wrong ssl version|no renegotiation|error)/i);
  });

  test('a thousand streams that are cancelled at once (rapid reset), and the next is answered', async () => {
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    await once(session, 'connect');
    for (let i = 0; i < 1000 && !session.destroyed; i++) {
      const stream = session.request({ ':path': '/v1/accounts/prelogin', ':method': 'POST' });
      stream.on('error', () => undefined);
      stream.close(8);
      if (i % 100 === 0) await wait(0);
    }
    session.destroy();
    expect((await call(`${server.url}/health`)).status).toBe(200);
    if (hasProc) expect(peakBytes(server.pid)).toBeLessThan(700 * MIB);
  });

  test('headers of a mebibyte over HTTP/2 are refused, and the connection or its stream ends', async () => {
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    const headers = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`x-a${i}`, 'b'.repeat(16_000)]));
    const stream = session.request({ ':path': '/health', ...headers });
    const status = await Promise.race([
      once(stream, 'response').then(([head]) => (head as Record<string, unknown>)[':status']),
      once(stream, 'close').then(() => 'closed'),
      once(stream, 'error').then(() => 'closed'),
    ]).catch(() => 'closed');
    expect(['closed', 431, 400]).toContain(status);
    session.destroy();
  });

  test.each([
    ['frames that are none', Buffer.from('ffffff00ff00000000', 'hex')],
    ['a header that goes on for ever (continuation flood)', Buffer.concat(continuations(5000))],
    [
      'ten thousand pings',
      Buffer.concat(Array<Buffer>(10_000).fill(Buffer.from('0000080600000000000000000000000000', 'hex'))),
    ],
    [
      'ten thousand settings',
      Buffer.concat(Array<Buffer>(10_000).fill(Buffer.from('000006040000000000000400000001', 'hex'))),
    ],
    ['a window that overflows', Buffer.from('0000040800000000007fffffff'.repeat(2), 'hex')],
  ])('%s', async (_name, frames) => {
    const { connect } = await import('node:tls');
    const { hostname: host, port } = new URL(server.url);
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    socket.on('error', () => undefined).on('data', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from('000000040000000000', 'hex'),
        frames,
      ]),
    );
    await Promise.race([once(socket, 'close'), wait(500)]);
    expect((await call(`${server.url}/health`)).status).toBe(200);
    socket.destroy();
    if (hasProc) expect(peakBytes(server.pid)).toBeLessThan(700 * MIB);
  });
});

/** HEADERS of stream 1 without an end, and CONTINUATIONs of it. */
function continuations(count: number): Buffer[] {
  const literal = Buffer.from('000178' + '0179', 'hex');
  const frame = (type: number) =>
    Buffer.concat([Buffer.from([0, 0, literal.length, type, 0, 0, 0, 0, 1]), literal]);
  return [frame(1), ...Array<Buffer>(count).fill(frame(9))];
}

test('a body that never came leaves nothing behind that ends the server seconds later', async () => {
  await wait(Math.max(0, 6000 - (performance.now() - begun)));
  expect((await call(`${server.url}/health`)).status).toBe(200);
});
