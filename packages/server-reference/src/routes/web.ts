/**
 * The web app of `--web DIR`. Its pages may run nothing but the app's own scripts, reach nothing but this server, be framed by nobody, and
 * share their process with no other site (docs/self-hosting.md says what each header is for).
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routes } from '@sealscribe/protocol';
import { perMinute, PUBLIC_PER_MINUTE } from './rate-limit.js';
import { HttpError } from '../http-error.js';
import { LargeWebFile, WebFileChanged } from '../large-web-file.js';
import { PAGE, type WebFile } from '../web-folder.js';
import { isKnown, rangeOf, type ByteRange } from './web-conditions.js';

/** What the app's pages may do (Content Security Policy, level 3). */
const POLICY = [
  "default-src 'none'",
  // WebAssembly is for recognition on the device.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  // A recording is played from memory.
  'media-src blob:',
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types sealscribe sealscribe-device',
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'microphone=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=(), browsing-topics=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Files under it have their content's hash in their name, as bundlers do it. */
const HASHED = /^assets\/.*-[\w-]{8,}\.\w+$/;
const YEAR = 365 * 86_400;

/** A GET for each file, and the page for each path that the app answers for itself. */
export function registerWeb(app: FastifyInstance, files: ReadonlyMap<string, WebFile>): void {
  for (const [path, file] of files) {
    const caching = HASHED.test(path) ? `public, max-age=${YEAR}, immutable` : 'no-cache';
    if (path !== PAGE) app.get(`/${path}`, perMinute(PUBLIC_PER_MINUTE), send(file, caching));
  }
  const page = files.get(PAGE);
  // The page names the other files: a stale one would ask for what is not there any more.
  if (page)
    for (const path of ['/', `/${PAGE}`, '/app', '/app/*', routes.sharePage.path])
      app.get(path, perMinute(PUBLIC_PER_MINUTE), send(page, 'no-store', integrityHeaders(page)));
}

/**
 * For a page whose import map says the hash of every script: the map is the one thing that may stand in the page itself, and no script
 * runs whose hash is not said.
 */
function integrityHeaders({ body }: WebFile): Record<string, string> {
  if (!Buffer.isBuffer(body)) return {};
  const [, map] = /<script type="importmap">([^<]*"integrity"[^<]*)<\/script>/.exec(body.toString()) ?? [];
  if (map === undefined) return {};
  const hash = createHash('sha256').update(map).digest('base64');
  return {
    'content-security-policy': POLICY.replace('script-src ', `script-src 'sha256-${hash}' `),
    'integrity-policy': 'blocked-destinations=(script)',
  };
}

function send(file: WebFile, caching: string, headers: Record<string, string> = {}) {
  const { type, body, gzip, hash } = file;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const bytes = gzip !== undefined && acceptsGzip(request) ? gzip : body;
    void reply.headers({ ...HEADERS, 'cache-control': caching, vary: 'accept-encoding', ...headers });
    const etag = `"${hash}${bytes === gzip ? '-gzip' : ''}"`;
    // What nobody may keep is not asked for again by what was kept.
    if (caching !== 'no-store') {
      void reply.header('etag', etag);
      if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
    }
    void reply.type(type);
    if (bytes === gzip) void reply.header('content-encoding', 'gzip');
    if (!(bytes instanceof LargeWebFile)) return reply.send(bytes);
    void reply.header('accept-ranges', 'bytes');
    const { size } = bytes;
    const range = request.method === 'GET' ? rangeOf(request.headers, { size, etag }) : undefined;
    if (range === null)
      return reply.code(416).removeHeader('etag').header('content-range', `bytes */${size}`).send();
    const { start, end } = range ?? { start: 0, end: size };
    const stream =
      request.method === 'HEAD' ? Readable.from([]) : await readFrom(bytes, { start, end }, reply);
    if (range) void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
    return reply.header('content-length', end - start).send(stream);
  };
}

/** @throws HttpError `unavailable` when the file is another one than at the start */
async function readFrom(
  file: LargeWebFile,
  { start, end }: ByteRange,
  reply: FastifyReply,
): Promise<Readable> {
  try {
    return await file.read(start, end);
  } catch (cause) {
    if (!(cause instanceof WebFileChanged)) throw cause;
    void reply.header('cache-control', 'no-store').removeHeader('etag');
    throw new HttpError('unavailable', 'This file has changed since the server started.', { cause });
  }
}

const acceptsGzip = ({ headers }: FastifyRequest) =>
  /(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[\d.]+\s*)?(,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  );
