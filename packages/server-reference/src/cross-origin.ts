/**
 * CORS (WHATWG Fetch, section 3.2) for the web origins that the operator allows. Sessions travel in the Authorization header,
 * never in cookies, so an allowed page can do no more than its user told it the token for.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  INDEX_MATCH_HEADER,
  PART_REVISION_HEADER,
  RECORDING_HEADER,
  TUS_HEADER,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_OFFSET_HEADER,
} from '@sealscribe/protocol';

const UPLOAD_HEADERS = `${TUS_HEADER}, ${UPLOAD_OFFSET_HEADER}, ${UPLOAD_LENGTH_HEADER}`;
const REQUEST_HEADERS = `authorization, content-type, if-match, if-none-match, ${INDEX_MATCH_HEADER}, ${RECORDING_HEADER}, ${UPLOAD_HEADERS}, upload-metadata, x-http-method-override`;
const ANSWER_HEADERS = `etag, location, retry-after, x-request-id, ${PART_REVISION_HEADER}, ${UPLOAD_HEADERS}, upload-expires, tus-version, tus-extension, tus-max-size`;

/**
 * Whether a page of this request's origin may read the answer: for WebSockets, which browsers open across origins without asking.
 * Without an origin it is no page; a page of this server itself may always.
 */
export function isAllowedOrigin(request: FastifyRequest, origins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Answers preflight requests and marks answers for pages of these origins; '*' stands for all. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    void reply.header('vary', 'origin');
    if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return;
    void reply.header('access-control-allow-origin', origin);
    void reply.header('access-control-expose-headers', ANSWER_HEADERS);
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return;
    await reply
      .code(204)
      .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
      .header('access-control-allow-headers', REQUEST_HEADERS)
      .header('access-control-max-age', '600')
      .send();
  });
}
