/**
 * `/v1/uploads`: recordings in parts, by tus 1.0.0 (core, creation, expiration, termination), into memory. A form of
 * `/v1/transcribe` or `/v1/compare` names the upload then. Metadata (file names) is read over and not kept.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  parseByteCount,
  pathOf,
  routes,
  TUS_EXTENSIONS,
  TUS_HEADER,
  TUS_VERSION,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_OFFSET_HEADER,
  UPLOAD_TYPE,
  type Route,
} from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Receiver, Uploads, UploadState } from '../transcription/uploads.js';
import { readBody } from './read-body.js';
import { perMinute, PUBLIC_PER_MINUTE } from './rate-limit.js';
import { announcedBytes, whenGone } from './recording.js';
import { idOf } from './validation.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Registers the routes, in a scope of their own: bodies of parts are let through unread. */
export function registerUploads(
  app: FastifyInstance,
  deps: {
    uploads: Uploads;
    signedIn: (request: FastifyRequest) => Promise<void>;
    allowed: (request: FastifyRequest) => Promise<void>;
  },
): void {
  const { uploads, signedIn, allowed } = deps;
  void app.register(async (scope) => {
    scope.addContentTypeParser(UPLOAD_TYPE, (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (_request, reply) => {
      void reply.header(TUS_HEADER, TUS_VERSION).header('cache-control', 'no-store');
    });
    const register = ({ method, path }: Route, handler: Handler, signIn = signedIn) =>
      scope.route({ method, url: path, onRequest: [signIn, checkVersion], handler });

    scope.route({
      method: routes.uploadFacts.method,
      url: routes.uploadFacts.path,
      ...perMinute(PUBLIC_PER_MINUTE),
      handler: async (_request, reply) =>
        reply
          .code(204)
          .header('tus-version', TUS_VERSION)
          .header('tus-extension', TUS_EXTENSIONS)
          .header('tus-max-size', uploads.maxSize)
          .send(),
    });

    register(
      routes.createUpload,
      async (request, reply) => {
        const length = bytesIn(request, UPLOAD_LENGTH_HEADER);
        const state = uploads.create(request.accountId, length, request.allowance.fileBytes);
        const location = pathOf(routes.getUpload, state.id);
        return withExpiry(reply, state).code(201).header('location', location).send();
      },
      allowed,
    );

    register(routes.getUpload, async (request, reply) => {
      const state = uploads.state(request.accountId, idOf(request));
      return withExpiry(reply, state)
        .header(UPLOAD_OFFSET_HEADER, state.offset)
        .header(UPLOAD_LENGTH_HEADER, state.length)
        .send();
    });

    const receive: Handler = async (request, reply) => {
      const { accountId } = request;
      const id = idOf(request);
      if (request.headers['content-type'] !== UPLOAD_TYPE)
        throw new HttpError('unsupported_media', `The content type of a part is ${UPLOAD_TYPE}.`);
      const offset = bytesIn(request, UPLOAD_OFFSET_HEADER);
      const receiver = uploads.receive(accountId, id, offset, announcedBytes(request));
      const signal = AbortSignal.any([whenGone(reply), receiver.signal]);
      try {
        await readBody(request.raw, (chunk) => takeAndWipe(chunk, receiver), signal);
      } finally {
        receiver.end();
      }
      const state = uploads.state(accountId, id);
      return withExpiry(reply, state).code(204).header(UPLOAD_OFFSET_HEADER, state.offset).send();
    };
    register(routes.continueUpload, receive);

    const remove: Handler = async (request, reply) => {
      uploads.remove(request.accountId, idOf(request));
      return reply.code(204).send();
    };
    register(routes.deleteUpload, remove);

    register(routes.overrideUpload, async (request, reply) => {
      const method = request.headers['x-http-method-override'];
      if (method === 'PATCH') return receive(request, reply);
      if (method === 'DELETE') return remove(request, reply);
      throw new HttpError('bad_request', 'X-HTTP-Method-Override is PATCH or DELETE here.');
    });
  });
}

async function checkVersion(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.headers[TUS_HEADER] === TUS_VERSION) return;
  void reply.header('tus-version', TUS_VERSION);
  throw new HttpError('unsupported_version', `Send ${TUS_HEADER}: ${TUS_VERSION}.`);
}

function bytesIn(request: FastifyRequest, header: string): number {
  const bytes = parseByteCount(request.headers[header]);
  if (bytes !== undefined) return bytes;
  throw new HttpError('bad_request', `The header ${header} is a whole number of bytes.`);
}

const withExpiry = (reply: FastifyReply, { expires }: UploadState) =>
  reply.header('upload-expires', expires.toUTCString());

function takeAndWipe(chunk: Buffer, receiver: Receiver): void {
  try {
    receiver.append(chunk);
  } finally {
    chunk.fill(0);
  }
}
