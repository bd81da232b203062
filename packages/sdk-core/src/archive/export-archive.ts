/**
 * Fetches everything of the account as one archive of sealed bytes, as it comes: it may be larger than the memory.
 */
import { ARCHIVE_TYPE, routes } from '@sealscribe/protocol';
import type { Http } from '../http.js';

/**
 * The archive as a stream. It errs when the archive does not arrive whole; what came before is to be thrown away then. It is to
 * be read on within the client's `timeout`.
 */
export function exportArchive(http: Http, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const options = { headers: { accept: ARCHIVE_TYPE }, signal, repeatable: 'never' as const };
  http
    .exchange(routes.exportAccount, options, async ({ chunks }, touch) => {
      const writer = writable.getWriter();
      try {
        for await (const chunk of chunks) {
          await writer.write(chunk);
          touch();
        }
        await writer.close();
      } finally {
        writer.releaseLock();
      }
    })
    // Told to whoever reads; a reader that went away has nothing to be told.
    .catch((failure: unknown) => writable.abort(failure).catch(() => undefined));
  return readable;
}
