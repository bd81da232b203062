/** Waiting for a network, as far as a browser knows whether there is one: pages and workers alike. */

/** A browser that says it is offline is; one that says it is online may be wrong, and is not asked again. */
export async function whenOnline(signal?: AbortSignal): Promise<boolean> {
  if (navigator.onLine) return false;
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      removeEventListener('online', stop);
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    };
    addEventListener('online', stop);
    signal?.addEventListener('abort', stop);
    // What happened before anybody listened.
    if (signal?.aborted || navigator.onLine) stop();
  });
  return true;
}
