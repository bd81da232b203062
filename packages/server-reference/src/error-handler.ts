/**
 * Turns whatever a route throws into one of the JSON shapes of the protocol: the vault's nested one, the flat one of the
 * transcription routes, or OpenAI's. Unexpected errors become a bare `internal`: their messages may hold anything, so neither the
 * client nor the log gets them, only their class and code.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  routes,
  type ErrorCode,
  type OpenAiError,
  type Route,
  type TranscriptionError,
  type VaultError,
} from '@sealscribe/protocol';
import { HttpError } from './http-error.js';
import { isPassing } from './store/conflicts.js';
import { isDiskFull } from './store/reserve.js';

/** Who reads an error: clients of the transcription routes, of the vault, or of OpenAI's service. */
export type ErrorReader = 'transcription' | 'vault' | 'openai';

const readers = new Map<string, ErrorReader>(
  Object.values<Route>(routes).map(({ path, half, openai }) => [path, openai ? 'openai' : half]),
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
  if (isPassing(error)) return new HttpError('unavailable', undefined, { cause: error, retryAfter: 1 });
  const isFrameworks = typeof code === 'string' && code.startsWith('FST_');
  const known = isFrameworks && statusCode !== undefined ? codeOfStatus[statusCode] : undefined;
  return new HttpError(known ?? 'internal', undefined, { cause: error });
}

/** The JSON of an error, in the shape that the clients of this part of the server read. */
export function errorBody(
  error: HttpError,
  reader: ErrorReader,
  requestId: string,
): TranscriptionError | VaultError | OpenAiError {
  const { code, message } = error;
  if (reader === 'openai')
    return { error: { message, type: openAiType(error), param: wrongField(error), code } };
  return reader === 'transcription'
    ? { error: message, code, requestId }
    : { error: { code, message, requestId } };
}

function openAiType({ status }: HttpError): OpenAiError['error']['type'] {
  if (status === 402) return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

const FILE_CODES: readonly ErrorCode[] = [
  ...(['empty_file', 'payload_too_large', 'audio_too_long', 'unsupported_media'] as const),
  ...(['decoder_missing', 'undecodable_media', 'no_audio'] as const),
];

function wrongField({ code, param }: HttpError): string | null {
  if (param !== undefined) return param;
  if (code === 'model_not_found') return 'model';
  if (code === 'language_not_supported') return 'language';
  return FILE_CODES.includes(code) ? 'file' : null;
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
  void reply
    .code(error.status)
    .type('application/json; charset=utf-8')
    .send(errorBody(error, readers.get(path) ?? 'vault', request.id));
}
