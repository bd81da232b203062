/** Reading a body as it comes, chunk by chunk. One that stalls or ends too soon is given up; what came until then was taken. */
import type { Readable } from 'node:stream';
import { HttpError } from '../http-error.js';

const STALL_MS = 60_000;
/** Less than so many bytes within that time is standing still. */
const PROGRESS = 16 * 1024;

/** The error of a body that ends before it should. */
export const cutOff = () => new HttpError('bad_request', 'The upload was cut off.');

/**
 * Gives each chunk to `take`, which wipes it, until the body's end.
 *
 * @throws {HttpError} `bad_request` when it stalls or is cut off. @throws the signal's reason, and what `take` throws.
 */
export async function readBody(
  body: Readable,
  take: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let failed = false;
    const stop = (error?: Error) => {
      clearTimeout(stall);
      signal.removeEventListener('abort', abort);
      failed ||= error !== undefined;
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = () => stop(signal.reason as Error);
    const stall = setTimeout(() => stop(new HttpError('bad_request', 'The upload stalled.')), STALL_MS);
    signal.addEventListener('abort', abort, { once: true });
    // 'data' listeners get chunks as they came; other ways of reading may join them into buffers that nobody wipes.
    let since = 0;
    body.on('data', (chunk: Buffer) => {
      if (failed) return void chunk.fill(0);
      since += chunk.length;
      if (since >= PROGRESS) {
        since = 0;
        stall.refresh();
      }
      try {
        take(chunk);
      } catch (error) {
        stop(error as Error);
      }
    });
    body.once('end', () => stop());
    body.once('error', () => stop(cutOff()));
    body.once('close', () => stop(cutOff()));
  });
}
