/**
 * Revisions in headers: strong entity tags that hold a number, "3". A write says what it replaces, so that two clients never
 * overwrite each other unseen.
 */
import { INDEX_MATCH_HEADER } from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';

/** A revision as an entity tag. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** Whether a write makes something new, or which revision it replaces; `undefined` when the request does not say. */
export function intentOf(request: FastifyRequest): 'create' | { replaces: number } | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw new HttpError('bad_request', 'Send If-None-Match to create or If-Match to replace, not both.');
  if (ifMatch !== undefined) return { replaces: readTag(ifMatch, 'If-Match', 1) };
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch !== '*') throw new HttpError('bad_request', 'If-None-Match can only be *.');
  return 'create';
}

/**
 * The revision that a change replaces.
 *
 * @throws HttpError `bad_request` without If-Match
 */
export function replacedRevision(request: FastifyRequest): number {
  const intent = intentOf(request);
  if (intent === undefined || intent === 'create')
    throw new HttpError(
      'bad_request',
      'The header If-Match is missing: the revision that this change starts from.',
    );
  return intent.replaces;
}

/**
 * The revision of the index that a write replaces; 0 where there is none yet.
 *
 * @throws HttpError `bad_request`
 */
export function replacedIndex(request: FastifyRequest): number {
  const header = request.headers[INDEX_MATCH_HEADER];
  if (typeof header !== 'string')
    throw new HttpError('bad_request', `The header ${INDEX_MATCH_HEADER} is missing: the index's revision.`);
  return readTag(header, INDEX_MATCH_HEADER, 0);
}

function readTag(text: string, header: string, least: number): number {
  const [, digits] = /^"(0|[1-9]\d{0,14})"$/.exec(text) ?? [];
  if (digits === undefined || Number(digits) < least)
    throw new HttpError('bad_request', `The header ${header} must be one revision in double quotes.`);
  return Number(digits);
}
