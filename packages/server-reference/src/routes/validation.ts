/**
 * Requests against the protocol's schemas. A message names the field that is wrong, by a name from the schema, and never
 * repeats what was sent.
 */
import { idSchema } from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';

interface Schema<T> {
  safeParse(value: unknown):
    | { success: true; data: T; error?: undefined }
    | {
        success: false;
        error: { issues: readonly { code?: string | undefined; path: readonly PropertyKey[] }[] };
      };
}

/**
 * The value, once it has the schema's shape.
 *
 * @throws HttpError `bad_request`
 */
export function validate<T>(schema: Schema<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.');
  if (issue?.code === 'unrecognized_keys')
    throw new HttpError(
      'bad_request',
      `There are unknown fields in ${field ? `"${field}"` : 'the request'}.`,
    );
  throw new HttpError(
    'bad_request',
    field ? `The field "${field}" is missing or malformed.` : 'The request is missing or malformed.',
  );
}

/**
 * The id in the path.
 *
 * @param name of the path's parameter
 * @throws HttpError `bad_request` when it is not one that a client could have made
 */
export function idOf(request: FastifyRequest, name = 'id'): string {
  const result = idSchema.safeParse((request.params as Record<string, unknown>)[name]);
  if (!result.success)
    throw new HttpError('bad_request', 'An id is 22 characters of canonical base64url: 16 bytes.');
  return result.data;
}

/**
 * The revision in the path.
 *
 * @throws HttpError `bad_request`
 */
export function revisionOf(request: FastifyRequest): number {
  const { revision } = request.params as { revision?: unknown };
  if (typeof revision !== 'string' || !/^[1-9]\d{0,14}$/.test(revision))
    throw new HttpError('bad_request', 'A revision is a whole number from 1.');
  return Number(revision);
}

/**
 * The body, when it is bytes and not empty.
 *
 * @throws HttpError `unsupported_media`, `bad_request`
 */
export function bytesOf(request: FastifyRequest): Uint8Array {
  const { body } = request;
  if (body === undefined) throw new HttpError('bad_request', 'The body is missing.');
  if (!(body instanceof Uint8Array))
    throw new HttpError('unsupported_media', 'Send the bytes as application/octet-stream.');
  if (body.length === 0) throw new HttpError('bad_request', 'The body is empty.');
  return body;
}

/** Bytes as they stand inside JSON. */
export function base64urlOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
