/**
 * Turns whatever a route throws into one of the two JSON shapes of the protocol: the vault's nested one, or the flat one of
 * the transcription routes. Unexpected errors become a bare `internal`: their messages may hold anything, so neither the
 * client nor the log gets them, only their class and code.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { routes, type ErrorCode, type TranscriptionError, type VaultError } from '@sealscribe/protocol';
import { HttpError } from './http-error.js';
import { isDiskFull } from './store/reserve.js';

const transcriptionPaths = new Set<string>(
  Object.values(routes)
    .filter((route) => route.half === 'transcription')
    .map((route) => route.path),
);

/** What fastify and its plugins find wrong with a request, by the status that they give it. */
const codeOfStatus: Record<number, ErrorCode> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'unsupported_media',
  413: 'payload_too_large',
  // A parameter of the path that is longer than any id.
  414: 'bad_request',
  415: 'unsupported_media',
  429: 'rate_limited',
  503: 'unavailable',
};

/** The error that the client gets to see for anything that was thrown. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (isDiskFull(error)) return new HttpError('storage_full', undefined, { cause: error });
  const isFrameworks = typeof code === 'string' && code.startsWith('FST_');
  const known = isFrameworks && statusCode !== undefined ? codeOfStatus[statusCode] : undefined;
  return new HttpError(known ?? 'internal', undefined, { cause: error });
}

/** The JSON of an error, in the shape that the clients of this half of the server read. */
export function errorBody(
  error: HttpError,
  half: 'transcription' | 'vault',
  requestId: string,
): TranscriptionError | VaultError {
  const { code, message } = error;
  return half === 'transcription'
    ? { error: message, code, requestId }
    : { error: { code, message, requestId } };
}

/** The error handler of both halves: sets status and Retry-After and sends the JSON. */
export function handleError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = toHttpError(thrown);
  if (error.status >= 500) {
    const cause: unknown = error.cause ?? error;
    const { name, code } = cause as { name?: string; code?: string };
    request.log.error({ error: { name, code }, answered: error.code }, 'request failed');
  }
  if (error.retryAfter !== undefined)
    void reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfter)));
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer');
  const path = request.routeOptions.url ?? request.url.split('?')[0] ?? '';
  const half = transcriptionPaths.has(path) ? 'transcription' : 'vault';
  void reply
    .code(error.status)
    .type('application/json; charset=utf-8')
    .send(errorBody(error, half, request.id));
}
