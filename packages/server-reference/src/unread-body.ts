/**
 * What happens to a body that was refused before it was read to its end: the client gets its answer, then it may go on
 * sending for a moment into nothing, so that it is not cut off before it has seen the answer.
 */
import { constants, type Http2ServerRequest } from 'node:http2';
import type { FastifyInstance } from 'fastify';

const PATIENCE_MS = 5_000;
const MAX_BYTES = 256 * 1024 ** 2;

/** Installs this for all routes. */
export function letGoOfBodies(app: FastifyInstance): void {
  app.addHook('onResponse', async (request) => {
    const { raw } = request;
    if (raw.complete || raw.destroyed) return;
    const { stream } = raw as unknown as Http2ServerRequest;
    if (raw.httpVersionMajor >= 2) {
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    let bytes = 0;
    const giveUp = () => raw.socket.destroy();
    const timer = setTimeout(giveUp, PATIENCE_MS).unref();
    raw.once('close', () => clearTimeout(timer));
    raw.once('end', () => clearTimeout(timer));
    raw.unpipe();
    raw.removeAllListeners('data');
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunk.fill(0);
      if (bytes > MAX_BYTES) giveUp();
    });
    raw.resume();
  });
}
