/** A platform for tests: Node's own fetch over real connections; waiting is recorded instead of done. */
import type { Platform } from '../src/index.js';

export interface TestPlatform extends Platform {
  /** Milliseconds of every wait that was asked for. */
  readonly waits: number[];
}

export function testPlatform(changes: Partial<Platform> = {}): TestPlatform {
  const waits: number[] = [];
  return {
    waits,
    fetch: (url, { method, headers, body, signal }) =>
      fetch(url, {
        method,
        headers,
        body: body as never,
        signal,
        redirect: 'error',
        ...(body === undefined ? {} : { duplex: 'half' }),
      }),
    openSocket: () => {
      throw new TypeError('not in these tests');
    },
    streamsUploads: true,
    openAudio: () => Promise.reject(new TypeError('not in these tests')),
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 0.5,
    now: Date.now,
    ...changes,
  };
}
