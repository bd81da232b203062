/** What all routes that take a recording need to know of a request before they read it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';

/** Aborted when the answer's stream closes: before the answer is there, that is the client going away. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort(new HttpError('bad_request', 'The client went away.')));
  return controller.signal;
}

/** Bytes of the body, 0 where that is not said. */
export function announcedBytes(request: FastifyRequest): number {
  const length = Number(request.headers['content-length'] ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
