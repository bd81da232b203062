/**
 * `POST /v1/summarize`, which STT.ai's SDKs ask: no text is read here after it was transcribed, so that the answer says where it is done
 * instead. What the body says is not looked at.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { routes } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';

/** Registers the route. */
export function registerSummaries(
  app: FastifyInstance,
  { signedIn }: { signedIn: (request: FastifyRequest) => Promise<void> },
): void {
  const { method, path } = routes.summarize;
  app.route({
    method,
    url: path,
    onRequest: signedIn,
    handler: async () => {
      throw new HttpError(
        'encrypted_content',
        'This server makes no summaries, for it reads no transcripts: your own computer does, with `sealscribe summarize` or summarize() of the SDK.',
      );
    },
  });
}
