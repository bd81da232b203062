/** The built server, and the same with a leak that leak.mjs puts into it. */
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer } from '../e2e/server-process.js';

/** What a server can do wrong. */
export type Leak = 'disk' | 'memory' | 'log' | 'store';

const leaking = fileURLToPath(new URL('leak.mjs', import.meta.url));

/** Starts a server; `leak` makes it one that breaks its promise. */
export const startWith = (
  leak: Leak | undefined,
  options: Parameters<typeof startServer>[0] = {},
): Promise<RunningServer> =>
  startServer({
    ...options,
    env: {
      MALLOC_PERTURB_: '165',
      ...options.env,
      ...(leak && { NODE_OPTIONS: `--import=${leaking}`, SEALSCRIBE_PROVE_LEAK: leak }),
    },
  });
