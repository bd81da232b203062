/**
 * The log: JSON lines on stderr. What a line about a request may hold is listed here and is nothing that a client chose: no
 * path (only the route's pattern), no headers, no names, no addresses, no content.
 */
import type { FastifyInstance } from 'fastify';
import { destination, pino, stdSerializers, type Logger } from 'pino';

export type { Logger };

/** The server's log at `level`. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: {
        req: () => undefined,
        res: () => undefined,
        // A message may quote what was sent; class, code and stack positions are enough to find a fault.
        err: (error: Error) => {
          const { type, stack } = stdSerializers.err(error);
          return {
            type,
            code: (error as { code?: unknown }).code,
            at: stack
              .match(/\n\s+at [^\n]+/g)
              ?.slice(0, 4)
              .join(''),
          };
        },
      },
    },
    destination({ dest: 2, sync: true }),
  );
}

/** One line for each request that was answered or whose client went away. */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook('onRequestAbort', async (request) => {
    const route = request.routeOptions.url ?? 'unknown';
    log.info({ requestId: request.id, method: request.method, route }, 'client went away');
  });
  app.addHook('onResponse', async (request, reply) => {
    log.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        bytesIn: Number(request.headers['content-length']) || undefined,
        bytesOut: Number(reply.getHeader('content-length')) || undefined,
      },
      'request',
    );
  });
}
