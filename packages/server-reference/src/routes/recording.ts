/** What all routes that take a recording need to know of a request, and how it names a recording that came earlier. */
import { constants, type Http2ServerResponse } from 'node:http2';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';
import type { Ticket } from '../transcription/admission.js';
import type { Transcriber } from '../transcription/transcriber.js';

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

/**
 * Puts the upload that a form names in the place of a recording of its own. It is used up when the answer has been sent whole;
 * until then the client may ask again, for the answer may be lost.
 *
 * @returns what ends the work: `gone`, and another request that names the same upload.
 * @throws {HttpError} `not_found`, `conflict`.
 */
export function useUpload(
  reply: FastifyReply,
  transcriber: Transcriber,
  ticket: Ticket,
  upload: string | undefined,
  gone: AbortSignal,
): AbortSignal {
  if (upload === undefined) return gone;
  const claim = transcriber.uploads.claim(reply.request.accountId, upload);
  ticket.use(claim.store, () => claim.release());
  reply.raw.once('close', () => claim.answered(isSentWhole(reply)));
  if (gone.aborted) claim.answered(false);
  return AbortSignal.any([gone, claim.signal]);
}

/** Whether all of an answer has left. Over HTTP/2 only the stream knows: for its answer, being cancelled is an end as well. */
export function isSentWhole({ raw }: FastifyReply): boolean {
  const { stream } = raw as unknown as Partial<Http2ServerResponse>;
  return stream ? !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR : raw.writableFinished;
}
