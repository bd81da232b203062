/**
 * Reads the multipart body of a vault write into memory: file parts named key, card, transcript, words and index, each at
 * most once, each bounded. Nothing else is accepted; the file names in it are ignored.
 */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PARTS } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { VaultLimits } from './vault-route.js';

/** The name of a part. */
type PartName = (typeof PARTS)[number];

/** A 32-byte key sealed under another: formats.md, section 0. */
const WRAPPED_KEY_BYTES = 104;

/** Lets the routes of this scope take multipart bodies. */
export async function installMultipart(scope: FastifyInstance): Promise<void> {
  await scope.register(multipart);
}

/**
 * The parts that a request carries.
 *
 * @throws HttpError `unsupported_media`, `bad_request`, `payload_too_large`
 */
export async function readParts(
  request: FastifyRequest,
  limits: VaultLimits,
): Promise<Partial<Record<PartName, Uint8Array>>> {
  if (!request.isMultipart())
    throw new HttpError('unsupported_media', 'Send the parts as multipart/form-data.');
  const parts: Partial<Record<PartName, Uint8Array>> = {};
  for await (const part of readFiles(request, limits.partBytes)) {
    if (parts[part.name] !== undefined) throw new HttpError('bad_request', `Two parts "${part.name}".`);
    if (part.bytes.length === 0) throw new HttpError('bad_request', `The part "${part.name}" is empty.`);
    parts[part.name] = part.bytes;
  }
  if (parts.key !== undefined && parts.key.length !== WRAPPED_KEY_BYTES)
    throw new HttpError('bad_request', `The part "key" must have ${WRAPPED_KEY_BYTES} bytes.`);
  if ((parts.card?.length ?? 0) > limits.cardBytes)
    throw new HttpError('payload_too_large', 'The part "card" is larger than this server accepts.');
  return parts;
}

/**
 * The parts with these names, all of which must be there.
 *
 * @throws HttpError `bad_request`
 */
export function requireParts<Name extends PartName>(
  parts: Partial<Record<PartName, Uint8Array>>,
  names: readonly Name[],
): Record<Name, Uint8Array> {
  const missing = names.find((name) => parts[name] === undefined);
  if (missing !== undefined) throw new HttpError('bad_request', `The part "${missing}" is missing.`);
  return parts as Record<Name, Uint8Array>;
}

async function* readFiles(
  request: FastifyRequest,
  fileSize: number,
): AsyncGenerator<{ name: PartName; bytes: Uint8Array }> {
  // One more than there are names: the loop below then meets the part that is too many, and says so.
  const most = PARTS.length + 1;
  const limits = { files: most, parts: most, fields: 1, fieldSize: 100, fileSize, headerPairs: 16 };
  try {
    for await (const part of request.parts({ limits })) {
      const name = PARTS.find((known) => known === part.fieldname);
      if (name === undefined || part.type !== 'file')
        throw new HttpError('bad_request', `The parts are files named ${PARTS.join(', ')}.`);
      yield { name, bytes: await part.toBuffer() };
    }
  } catch (error) {
    throw isTold(error)
      ? error
      : new HttpError('bad_request', 'The multipart body is malformed.', { cause: error });
  }
}

/** Errors of ours and of the plugin say what is wrong; those of the parser beneath it have no code. */
function isTold(error: unknown): boolean {
  return error instanceof HttpError || (error as { code?: unknown }).code !== undefined;
}
