/** `GET /v1/usage`: minutes that the account has used this month, and its limits. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { routes, type Usage } from '@sealscribe/protocol';
import type { Quotas } from '../quotas.js';
import { monthOf } from '../store/usage.js';
import type { Transcriber } from '../transcription/transcriber.js';

/** Registers the route. */
export function registerUsage(
  app: FastifyInstance,
  deps: {
    quotas: Quotas;
    transcriber: Transcriber;
    signedIn: (request: FastifyRequest) => Promise<void>;
  },
): void {
  const { quotas, transcriber, signedIn } = deps;
  app.get(routes.usage.path, { onRequest: signedIn }, async (request, reply): Promise<Usage> => {
    void reply.header('cache-control', 'no-store');
    const { limits, seconds } = await quotas.read(request.accountId);
    return {
      month: monthOf(new Date(quotas.clock())),
      minutes: Math.round((seconds * 100) / 60) / 100,
      concurrent: transcriber.admittedOf(request.accountId),
      limits: {
        minutes: limits.minutes ?? null,
        concurrent: limits.concurrent ?? null,
        fileBytes: limits.fileBytes ?? null,
      },
    };
  });
}
