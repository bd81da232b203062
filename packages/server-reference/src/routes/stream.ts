/**
 * `WS /v1/stream` and `POST /v1/stream-tokens`: who may open a live stream, and how many there are. Everything that can be
 * refused before the upgrade is refused then, with an HTTP status. What goes over the socket is stream-socket.ts.
 */
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { MAX_STREAM_FRAME, routes, streamConfigSchema, type StreamToken } from '@sealscribe/protocol';
import type { StreamTokenBook } from '../auth/stream-tokens.js';
import { isAllowedOrigin } from '../cross-origin.js';
import { toHttpError } from '../error-handler.js';
import { HttpError } from '../http-error.js';
import type { Quotas } from '../quotas.js';
import type { StreamPlaces } from '../transcription/stream-places.js';
import type { Transcriber } from '../transcription/transcriber.js';
import { StreamSocket, type StreamWishes } from './stream-socket.js';
import { validate } from './validation.js';

const TRY_AGAIN_LATER = 1013;

/** What the routes work with. */
export interface StreamDeps {
  readonly transcriber: Transcriber;
  readonly signedIn: (request: FastifyRequest) => Promise<void>;
  readonly quotas: Quotas;
  readonly draining: () => boolean;
  readonly allowOrigin: readonly string[];
  readonly places: StreamPlaces;
  readonly tokens: StreamTokenBook;
  /** Seconds without audio that end a stream. */
  readonly streamIdle: number;
}

interface StreamQuery {
  readonly token?: string;
  readonly model?: string;
  readonly language?: string;
}

/** Registers both routes. */
export async function registerStream(app: FastifyInstance, deps: StreamDeps): Promise<void> {
  const { transcriber, signedIn, quotas, draining, allowOrigin, places, tokens } = deps;
  const sockets = new Set<StreamSocket>();
  // Before the plugin's own hook, which closes what is left.
  app.addHook('preClose', async () => void (await Promise.all([...sockets].map((socket) => socket.stop()))));
  await app.register(websocket, {
    options: { maxPayload: 4 * MAX_STREAM_FRAME, perMessageDeflate: false, clientTracking: true },
    // After a frame that is none, ws is closing already: what is not written yet holds the close code.
    errorHandler: (_error, socket) => {
      if (socket.readyState === socket.OPEN) socket.terminate();
    },
  });

  const { method, path } = routes.streamTokens;
  app.route({
    method,
    url: path,
    onRequest: quotas.guard(signedIn),
    handler: async (request, reply): Promise<StreamToken> => {
      // What the stream itself could only refuse before its client can read why.
      transcriber.checkWishes(validate(streamConfigSchema, request.body ?? {}));
      places.check(request.accountId);
      void reply.code(201).header('cache-control', 'no-store');
      return tokens.create(request.accountId);
    },
  });

  app.route<{ Querystring: StreamQuery }>({
    method: 'GET',
    url: routes.stream.path,
    onRequest: async (request) => {
      if (draining()) throw new HttpError('unavailable', 'The server is stopping.', { retryAfter: 30 });
      if (!isAllowedOrigin(request, allowOrigin)) throw new HttpError('forbidden');
      await identify(request);
      request.allowance = await quotas.allow(request.accountId);
      if (!request.ws) throw new HttpError('bad_request', 'This route speaks WebSocket.');
      transcriber.checkWishes(wishesOf(request.query));
      places.check(request.accountId);
    },
    handler: () => undefined,
    wsHandler: (socket, request) => {
      const { log, id } = request;
      const giveBack = takePlace(socket, request);
      if (giveBack === undefined) return;
      const started = performance.now();
      const stream = new StreamSocket(socket, {
        wishes: wishesOf(request.query),
        requestId: id,
        idleSeconds: deps.streamIdle,
        maxSeconds: Math.min(transcriber.maxDuration, request.allowance.seconds ?? Infinity),
        open: (wishes, onEvent) => transcriber.openStream(wishes, onEvent),
        onEnd: (seconds) => {
          giveBack();
          sockets.delete(stream);
          if (seconds > 0) void quotas.spend(request.accountId, seconds);
          const ms = Math.round(performance.now() - started);
          log.info({ requestId: id, route: routes.stream.path, ms, seconds }, 'stream ended');
        },
        onFault: (error) =>
          log.error({ requestId: id, answered: error.code, err: error.cause }, 'stream failed'),
      });
      sockets.add(stream);
    },
  });

  /** Between the check and the upgrade others may have come. */
  function takePlace(socket: WebSocket, request: FastifyRequest): (() => void) | undefined {
    try {
      return places.take(request.accountId);
    } catch (error) {
      socket.close(TRY_AGAIN_LATER, toHttpError(error).message);
      return undefined;
    }
  }

  /** By the header, or by a token in the query string: one of a stream, or of a session. */
  async function identify(request: FastifyRequest<{ Querystring: StreamQuery }>): Promise<void> {
    const { token } = request.query;
    if (typeof token === 'string' && request.headers.authorization === undefined) {
      const account = await tokens.redeem(token);
      if (account !== undefined) {
        request.accountId = account;
        return;
      }
      request.headers.authorization = `Bearer ${token}`;
    }
    await signedIn(request);
  }
}

function wishesOf({ model, language }: StreamQuery): StreamWishes {
  return {
    ...(typeof model === 'string' && { model }),
    ...(typeof language === 'string' && { language }),
  };
}
