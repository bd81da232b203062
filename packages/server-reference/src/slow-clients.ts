/**
 * Clients that hold on to a connection without going on: a head that does not end, a body that drips, an answer that is not taken. Each
 * may stand still for as long as the operator's patience lasts; what was made for it is let go of then. Recordings have a rule of their
 * own (routes/read-body.ts), and so have events and live streams.
 */
import { constants, type Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { routes } from '@sealscribe/protocol';
import { isHttp2 } from './refused-requests.js';

const HEADERS_SECONDS = 30;
/** Slow lines may take long for a recording. */
const REQUEST_TIMEOUT = 2 * 3_600_000;
const MOST_CONNECTIONS = 8192;
/** Bytes a second at which a body of a known size must come at least, once patience is over. */
const LEAST_RATE = 16 * 1024;
/** Bytes of an answer that are handed over at once. */
const PIECE = 64 * 1024;

/** Routes whose bodies come as slowly as the client's line, piece by piece. */
const recordings = new Set<string>([routes.transcribe.path, routes.compare.path, routes.continueUpload.path]);

/** Installs the limits; `patience` in seconds. */
export function limitPatience(app: FastifyInstance, patience: number): void {
  const ms = 1000 * patience;
  const { server } = app;
  server.headersTimeout = Math.min(ms, 1000 * HEADERS_SECONDS);
  server.requestTimeout = REQUEST_TIMEOUT;
  server.keepAliveTimeout = ms;
  server.maxConnections = MOST_CONNECTIONS;
  // Read by Node when the server begins to listen.
  Object.assign(server, { connectionsCheckingInterval: Math.min(ms / 2, 5_000) });

  app.addHook('preParsing', async (request) => {
    const { url = '', config } = request.routeOptions;
    const isBodiless = request.headers['content-length'] === undefined && !isUnannounced(request);
    if (isBodiless || recordings.has(url) || config.url === undefined) return;
    const bytes = Number(request.headers['content-length'] ?? request.routeOptions.bodyLimit ?? 0);
    const timer = setTimeout(() => cutOff(request), ms + (1000 * bytes) / LEAST_RATE).unref();
    for (const event of ['end', 'close'] as const) request.raw.once(event, () => clearTimeout(timer));
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const watch = () => {
      const timer = setTimeout(() => cutOff(request), ms).unref();
      reply.raw.once('close', () => clearTimeout(timer));
    };
    if (payload instanceof Readable) return Readable.from(paced(payload), { highWaterMark: 1 });
    const bytes = typeof payload === 'string' && payload.length > PIECE / 4 ? Buffer.from(payload) : payload;
    if (!(bytes instanceof Uint8Array) || bytes.length <= PIECE) {
      watch();
      return payload;
    }
    void reply.header('content-length', bytes.length);
    return Readable.from(paced(piecesOf(bytes)), { highWaterMark: 1 });

    async function* paced(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
      for await (const piece of source) {
        const timer = setTimeout(() => cutOff(request), ms).unref();
        try {
          yield piece;
        } finally {
          clearTimeout(timer);
        }
      }
      watch();
    }
  });
}

/** A body whose length is not said: chunked, or a stream of HTTP/2 that goes on after its head. */
const isUnannounced = ({ raw, headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (isHttp2(raw) && !raw.readableEnded);

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Ends the connection of a request; over HTTP/2 its stream alone. */
function cutOff({ raw }: FastifyRequest): void {
  if (isHttp2(raw)) (raw as unknown as Http2ServerRequest).stream.close(constants.NGHTTP2_CANCEL);
  else raw.socket.destroy();
}
