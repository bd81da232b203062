/**
 * The web app of `--web DIR`. Its pages may run nothing but the app's own scripts, reach nothing but this server, be framed by nobody, and
 * share their process with no other site (docs/self-hosting.md says what each header is for).
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routes } from '@sealscribe/protocol';
import { perMinute, PUBLIC_PER_MINUTE } from './rate-limit.js';
import { PAGE, type WebFile } from '../web-folder.js';

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
function integrityHeaders({ bytes }: WebFile): Record<string, string> {
  const [, map] = /<script type="importmap">([^<]*"integrity"[^<]*)<\/script>/.exec(bytes.toString()) ?? [];
  if (map === undefined) return {};
  const hash = createHash('sha256').update(map).digest('base64');
  return {
    'content-security-policy': POLICY.replace('script-src ', `script-src 'sha256-${hash}' `),
    'integrity-policy': 'blocked-destinations=(script)',
  };
}

function send({ type, bytes, gzip }: WebFile, caching: string, headers: Record<string, string> = {}) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const isCompressed = gzip !== undefined && acceptsGzip(request);
    void reply
      .headers({ ...HEADERS, 'cache-control': caching, vary: 'accept-encoding', ...headers })
      .type(type);
    if (isCompressed) void reply.header('content-encoding', 'gzip');
    return reply.send(isCompressed ? gzip : bytes);
  };
}

const acceptsGzip = ({ headers }: FastifyRequest) =>
  /(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[\d.]+\s*)?(,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  );
