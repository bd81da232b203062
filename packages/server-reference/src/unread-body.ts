/**
 * What happens to a body that was refused before it was read to its end: it is read on for a moment, into nothing and wiped,
 * so that the client is not cut off before it has seen the answer and nothing of it lies about in memory.
 */
import { constants, type Http2ServerRequest } from 'node:http2';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isHttp2 } from './refused-requests.js';

const PATIENCE_MS = 5_000;
const MAX_BYTES = 256 * 1024 ** 2;

/** Installs this for all routes. */
export function letGoOfBodies(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }) => {
    if (!raw.readableEnded && !raw.destroyed) discard(raw);
  });
}

function discard(raw: FastifyRequest['raw']): void {
  const giveUp = () => {
    if (isHttp2(raw)) (raw as unknown as Http2ServerRequest).stream.close(constants.NGHTTP2_NO_ERROR);
    else raw.socket.destroy();
  };
  const timer = setTimeout(giveUp, PATIENCE_MS).unref();
  raw.once('close', () => clearTimeout(timer));
  raw.once('end', () => clearTimeout(timer));
  raw.unpipe();
  raw.removeAllListeners('data');
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunk.fill(0);
    if (bytes > MAX_BYTES) giveUp();
  });
  raw.resume();
}
