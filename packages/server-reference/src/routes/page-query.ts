/**
 * The query of the two lists.
 */
import { listQuerySchema } from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import type { Page } from '../store/page.js';
import { validate } from './validation.js';

const DEFAULT_LIMIT = 100;

/**
 * Which page a request asks for.
 *
 * @throws HttpError `bad_request`
 */
export function pageOf(request: FastifyRequest): Page {
  const { after, limit } = validate(listQuerySchema, request.query);
  return { after, limit: limit === undefined ? DEFAULT_LIMIT : Number(limit) };
}
