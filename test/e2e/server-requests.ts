/**
 * Raw requests to a server for its end-to-end tests: what a stranger with an HTTP client can do, without the SDK's help. What it answers
 * is what docs/openapi.json says.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { request as requestPlainly, type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { undocumented } from '../fixtures/documented.js';

const root = new URL('../../', import.meta.url);
/** Whether the server is built. */
export const hasServer = existsSync(new URL('packages/server-reference/dist/main.js', root));
/** Eleven seconds of President Kennedy, as WAV. */
export const JFK = fileURLToPath(
  new URL('node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav', root),
);
export const JFK_TEXT =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
/** The shared folder beside the checkout, with recordings that are not in the repository. */
export const shared = fileURLToPath(new URL('../shared/', root));

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The body as JSON, or undefined. */
  json: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  signal?: AbortSignal;
}

/**
 * One request over HTTP/1.1.
 *
 * @throws where the answer is none that docs/openapi.json knows
 */
export function call(
  url: string,
  { method = 'GET', headers = {}, body, signal }: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.startsWith('http:') ? requestPlainly : request)(url, {
      method,
      headers,
      rejectUnauthorized: false,
      agent: false,
      ...(signal && { signal }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        const { 'content-type': type } = response.headers;
        const surprise = undocumented({ method, url, status: response.statusCode ?? 0, type, body: text });
        if (surprise !== undefined) reject(new Error(surprise));
        const isJson = type?.startsWith('application/json');
        const json = isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, json });
      });
    });
    outgoing.end(body);
  });
}

const bytes = (length: number) => randomBytes(length).toString('base64url');

/** A new account's session token. Its keys are random bytes: transcription has nothing to do with them. */
export async function newSession(url: string, email = `${bytes(12)}@example.com`): Promise<string> {
  const keys = {
    email,
    salt: bytes(16),
    iterations: 600_000,
    keyVersion: 1,
    authKey: bytes(32),
    wraps: { password: bytes(104) },
  };
  const answer = await call(`${url}/v1/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ accountId: bytes(16), keys })),
  });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}`);
  return answer.json.token as string;
}

export interface FormOptions {
  fields?: Record<string, string>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Leave out Content-Length. */
  chunked?: boolean;
}

/** `POST /v1/transcribe` with a file. */
export async function transcribe(
  url: string,
  token: string,
  file: Uint8Array,
  { fields = {}, headers = {}, signal, chunked = false }: FormOptions = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file as Uint8Array<ArrayBuffer>]), 'recording');
  const encoded = new Response(form);
  const body = new Uint8Array(await encoded.arrayBuffer());
  return call(`${url}/v1/transcribe`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': encoded.headers.get('content-type') ?? '',
      ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) }),
      ...headers,
    },
    body,
    ...(signal && { signal }),
  });
}
