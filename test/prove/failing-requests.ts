/** Requests that fail in every way that there is, each with something in it that neither the log nor an answer may repeat. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { routes } from '@sealscribe/protocol';
import { exchange, openLine, requestOf } from '../e2e/raw-requests.js';
import { call, JFK, newSession, transcribe, type RequestOptions } from '../e2e/server-requests.js';
import { Stream } from '../e2e/stream-requests.js';
import type { Look } from './claim.js';
import { startWith, type Leak } from './leaky-server.js';

const jfk = readFileSync(JFK);
const key = () => randomBytes(32).toString('base64url');

/** What a kind of failing request is made with. */
interface Means {
  readonly url: string;
  readonly signedIn: Record<string, string>;
  readonly token: string;
  /** Something new that must not be repeated. */
  readonly secret: () => string;
  /** Sends a request and keeps its answer. */
  readonly send: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string | Buffer,
  ) => Promise<void>;
  /** Sends bytes and keeps the answers. */
  readonly raw: (bytes: string) => Promise<void>;
  readonly form: (fields: Record<string, string>, file?: Buffer) => Promise<void>;
  /** Keeps what came back some other way. */
  readonly keep: (answer: string) => void;
}

const json = { 'content-type': 'application/json' };
const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
const tus = { 'tus-resumable': '1.0.0' };
const ids = (path: string, secret: () => string) => path.replace(/:\w+/g, () => secret());
const known = Object.values(routes).filter(({ path }) => path !== routes.stream.path);

/** Asks for an upgrade with these headers, and keeps the refusal. */
const upgrade = ({ raw }: Means, path: string, ...headers: string[]) =>
  raw(
    requestOf(`GET ${path} HTTP/1.1`, [
      ...['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
      ...['sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', ...headers],
    ]),
  );
/** Opens a live stream, says something wrong, and keeps what comes back. */
async function say({ url, token, keep }: Means, frame: string | Uint8Array): Promise<void> {
  const stream = new Stream(url, { token });
  await stream.opened;
  stream.send(frame);
  const { reason } = await stream.closed;
  keep(JSON.stringify(stream.messages) + reason);
}

const kinds: Record<string, (means: Means) => Promise<void>> = {
  'a path without a route': ({ send, secret }) => send('GET', `/${secret()}`),
  'a method': ({ raw, secret }) => raw(requestOf(`${secret().toUpperCase()} /health HTTP/1.1`)),
  'ids of every route': async ({ send, secret, signedIn }) => {
    for (const { method, path } of known)
      if (path.includes(':')) await send(method, ids(path, secret), { ...signedIn, ...tus });
  },
  'the query of every route': async ({ send, secret, signedIn }) => {
    for (const { method, path } of known)
      if (method === 'GET')
        await send(
          method,
          `${ids(path, secret)}?after=${secret()}&limit=${secret()}&${secret()}=1`,
          signedIn,
        );
  },
  'broken JSON to every route': async ({ send, secret, signedIn }) => {
    for (const { method, path } of known)
      if (!['GET', 'HEAD', 'OPTIONS'].includes(method))
        await send(
          method,
          ids(path, secret),
          { ...signedIn, ...json },
          `{"${secret()}": "${secret()}", broken`,
        );
  },
  'keys of JSON to every route': async ({ send, secret, signedIn }) => {
    for (const { method, path } of known)
      if (['PUT', 'POST'].includes(method))
        await send(
          method,
          ids(path, secret),
          { ...signedIn, ...json },
          JSON.stringify({ [secret()]: secret() }),
        );
  },
  'a key of JSON that changes prototypes': ({ send, secret }) =>
    send('POST', '/v1/sessions', json, `{"__proto__":{"${secret()}":"${secret()}"}}`),
  'an email that is none': ({ send, secret }) =>
    send('POST', '/v1/accounts/prelogin', json, JSON.stringify({ email: secret() })),
  'an unknown email': ({ send, secret }) =>
    send('POST', '/v1/sessions', json, JSON.stringify({ email: `${secret()}@example.com`, authKey: key() })),
  'a password': ({ send, secret }) =>
    send('POST', '/v1/sessions', json, JSON.stringify({ email: 'a@example.com', authKey: secret() })),
  'a recovery key': ({ send, secret }) =>
    send(
      'POST',
      '/v1/accounts/recovery',
      json,
      JSON.stringify({ email: 'a@example.com', recoveryAuthKey: secret() }),
    ),
  'a key record': ({ send, secret }) =>
    send(
      'POST',
      '/v1/accounts',
      json,
      JSON.stringify({ accountId: secret(), keys: { email: secret(), salt: secret() } }),
    ),
  'a code that confirms': ({ send, secret, signedIn }) =>
    send(
      'POST',
      '/v1/account/email/confirmation',
      { ...signedIn, ...json },
      JSON.stringify({ code: secret() }),
    ),
  'another email': ({ send, secret, signedIn }) =>
    send(
      'PUT',
      '/v1/account/email',
      { ...signedIn, ...json },
      JSON.stringify({ email: `${secret()}@example.com` }),
    ),
  'a session token': ({ send, secret }) => send('GET', '/v1/blobs', { authorization: `Bearer ${secret()}` }),
  'an API key': ({ send, secret }) =>
    send('GET', '/v1/blobs', { authorization: `Bearer sealscribe_${secret()}` }),
  'name and password in a header': ({ send, secret }) =>
    send('GET', '/v1/blobs', {
      authorization: `Basic ${Buffer.from(secret()).toString('base64')} ${secret()}`,
    }),
  'the token of a link': ({ send, secret }) =>
    send('GET', `/v1/shared/${'A'.repeat(22)}`, { authorization: `Bearer ${secret().padEnd(43, 'A')}` }),
  'a header and its name': ({ send, secret }) => send('GET', '/nowhere', { [`x-${secret()}`]: secret() }),
  'User-Agent': ({ send, secret }) => send('GET', '/nowhere', { 'user-agent': secret() }),
  Referer: ({ send, secret }) => send('GET', '/nowhere', { referer: `https://${secret()}.example/` }),
  Cookie: ({ send, secret }) => send('GET', '/nowhere', { cookie: `${secret()}=${secret()}` }),
  Origin: ({ send, secret }) => send('GET', '/nowhere', { origin: `https://${secret()}.example` }),
  'X-Request-Id': ({ send, secret }) => send('GET', '/nowhere', { 'x-request-id': secret() }),
  'X-Forwarded-For': ({ send, secret }) =>
    send('GET', '/nowhere', { 'x-forwarded-for': secret(), forwarded: secret() }),
  Accept: ({ send, secret }) => send('GET', '/nowhere', { accept: secret(), 'accept-language': secret() }),
  'If-Match': ({ send, secret, signedIn }) =>
    send(
      'PUT',
      `/v1/transcripts/${'A'.repeat(22)}`,
      { ...signedIn, ...multipart, 'if-match': secret() },
      '--b--\r\n',
    ),
  'the type of a body': ({ send, secret, signedIn }) =>
    send(
      'POST',
      '/v1/transcribe',
      { ...signedIn, 'content-type': `text/${secret()}; charset=${secret()}` },
      secret(),
    ),
  'the encoding of a body': ({ send, secret, signedIn }) =>
    send('POST', '/v1/transcribe', { ...signedIn, ...multipart, 'content-encoding': secret() }, secret()),
  'a length that is none': ({ raw, secret }) =>
    raw(requestOf('POST /v1/sessions HTTP/1.1', [`content-length: ${secret()}`], secret())),
  Host: ({ raw, secret }) => raw(`GET /nowhere HTTP/1.1\r\nhost: ${secret()}\r\nhost: ${secret()}\r\n\r\n`),
  Expect: ({ raw, secret }) => raw(requestOf('GET /nowhere HTTP/1.1', [`expect: ${secret()}`])),
  'a line that is no request': ({ raw, secret }) => raw(`${secret()} ${secret()}\r\n\r\n`),
  'a line that is no header': ({ raw, secret }) =>
    raw(requestOf('GET / HTTP/1.1', [`${secret()} ${secret()}`])),
  'a broken escape': ({ raw, secret }) => raw(requestOf(`GET /${secret()}%zz HTTP/1.1`)),
  'a header that is too long': ({ raw, secret }) =>
    raw(requestOf('GET / HTTP/1.1', [`x: ${secret().repeat(1000)}`])),
  'the name of a field': ({ form, secret }) => form({ [secret()]: secret(), language: 'xx' }),
  'a language': ({ form, secret }) => form({ language: secret() }),
  'a model': ({ form, secret }) => form({ model: secret() }),
  'a format': ({ form, secret }) => form({ response_format: secret() }),
  'a number of speakers': ({ form, secret }) => form({ speakers: secret(), diarize: secret() }),
  'an address to fetch': ({ send, secret, signedIn }) =>
    send(
      ...(['POST', '/v1/transcribe', { ...signedIn, ...multipart }] as const),
      `--b\r\ncontent-disposition: form-data; name="url"\r\n\r\nhttps://${secret()}.example/${secret()}\r\n--b--\r\n`,
    ),
  'the name of a file': ({ send, secret, signedIn }) =>
    send(
      ...(['POST', '/v1/transcribe', { ...signedIn, ...multipart }] as const),
      `--b\r\ncontent-disposition: form-data; name="file"; filename="${secret()}.wav"\r\n\r\nx\r\n--b--\r\n`,
    ),
  'a file that is no recording': ({ form, secret }) => form({}, Buffer.from(secret().repeat(50))),
  'a recording that is damaged': ({ form, secret }) =>
    form(
      {},
      Buffer.concat([Buffer.from('\x01\x02'), Buffer.from(secret().repeat(9)), jfk.subarray(0, 9000)]),
    ),
  'what a recording says of itself': ({ form, secret }) =>
    form(
      {},
      Buffer.concat([
        Buffer.from('ID3\x04\0\0\0\0\x01\0TIT2\0\0\0\x20\0\0\0'),
        Buffer.from(secret()),
        Buffer.alloc(500),
      ]),
    ),
  'a form that is malformed': ({ send, secret, signedIn }) =>
    send('POST', '/v1/transcribe', { ...signedIn, ...multipart }, `--b\r\n${secret()}\r\n\r\n${secret()}`),
  'the boundary of a form': ({ send, secret, signedIn }) =>
    send(
      'POST',
      '/v1/transcribe',
      { ...signedIn, 'content-type': `multipart/form-data; boundary=${secret()}` },
      secret(),
    ),
  'the name of a sealed part': ({ send, secret, signedIn }) =>
    send(
      ...(['PUT', `/v1/transcripts/${'A'.repeat(22)}`, { ...signedIn, ...multipart }] as const),
      `--b\r\ncontent-disposition: form-data; name="${secret()}"; filename="${secret()}"\r\n\r\n${secret()}\r\n--b--\r\n`,
    ),
  'the id of an upload in a form': ({ send, secret, signedIn }) =>
    send(
      ...(['POST', '/v1/transcribe', { ...signedIn, ...multipart }] as const),
      `--b\r\ncontent-disposition: form-data; name="upload"\r\n\r\n${secret()}\r\n--b--\r\n`,
    ),
  'metadata of an upload': ({ send, secret, signedIn }) =>
    send('POST', '/v1/uploads', {
      ...{ ...signedIn, ...tus, 'upload-length': secret() },
      'upload-metadata': `filename ${Buffer.from(secret()).toString('base64')},${secret()}`,
    }),
  'the version and offset of an upload': async ({ send, secret, signedIn }) => {
    await send('POST', '/v1/uploads', { ...signedIn, 'tus-resumable': secret() });
    await send('POST', `/v1/uploads/${'A'.repeat(22)}`, {
      ...signedIn,
      ...tus,
      'x-http-method-override': secret(),
    });
  },
  'the token of a stream': (means) => upgrade(means, `/v1/stream?token=${means.secret()}`),
  'wishes of a stream': (means) =>
    upgrade(
      means,
      `/v1/stream?model=${means.secret()}&language=${means.secret()}`,
      `authorization: Bearer ${means.token}`,
    ),
  'the origin and protocol of a stream': (means) =>
    upgrade(
      means,
      '/v1/stream',
      `origin: https://${means.secret()}.example`,
      `sec-websocket-protocol: ${means.secret()}`,
    ),
  'a text frame': (means) => say(means, means.secret()),
  'a config frame': (means) =>
    say(means, JSON.stringify({ model: means.secret(), language: means.secret() })),
  'a binary frame': (means) => say(means, Buffer.from(`${means.secret()}x`.padEnd(33, 'x'))),
  'the server name of TLS': async ({ url, secret }) => {
    const socket = await openLine(url, `${secret()}.example`);
    socket.write('\0\r\n\r\n');
    await once(socket.resume(), 'close');
  },
  'a path over HTTP/2': async ({ url, secret, keep }) => {
    const session = connectHttp2(url, { rejectUnauthorized: false });
    const stream = session.request({ ':path': `/${secret()}`, [`x-${secret()}`]: secret() });
    let text = '';
    for await (const part of stream) text += String(part);
    keep(text);
    session.destroy();
  },
};

/** How many kinds there are. */
const KINDS = Object.keys(kinds).length;

/** Sends requests of every kind, and looks for what was in them in the log and in the answers. */
export async function failEverywhere(leak?: Leak): Promise<Look> {
  const server = await startWith(leak, { args: ['--log-level', 'trace'] });
  const { url } = server;
  const token = await newSession(url);
  const signedIn = { authorization: `Bearer ${token}` };
  const secrets: { kind: string; value: string }[] = [];
  const answers: string[] = [];
  for (const [kind, run] of Object.entries(kinds))
    await run({
      ...{ url, token, signedIn },
      secret: () => {
        const value = `canary${randomBytes(8).toString('hex')}`;
        secrets.push({ kind, value });
        return value;
      },
      send: async (method, path, headers = {}, body) => {
        const options: RequestOptions = { method, headers, ...(body && { body: Buffer.from(body) }) };
        const answer = await call(url + path, options);
        answers.push(answer.text + JSON.stringify(answer.headers));
      },
      raw: async (bytes) => void answers.push((await exchange(url, bytes)).text),
      form: async (fields, file = jfk.subarray(0, 40_000)) => {
        const answer = await transcribe(url, token, file, { fields });
        answers.push(answer.text + JSON.stringify(answer.headers));
      },
      keep: (answer) => void answers.push(answer),
    }).catch((cause: unknown) => {
      throw new Error(`not answered: ${kind}`, { cause });
    });
  await server.stop();
  const log = (server.stdout() + server.stderr()).toLowerCase();
  const said = answers.join('\n').toLowerCase();
  return {
    tried: `${KINDS} kinds of failing requests, ${answers.length} answers, ${secrets.length} things in them`,
    found: [
      ...secrets.filter(({ value }) => log.includes(value)).map(({ kind }) => `${kind}: in the log`),
      ...secrets.filter(({ value }) => said.includes(value)).map(({ kind }) => `${kind}: in an answer`),
    ],
  };
}
