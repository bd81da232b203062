/** The built server, and the same with a leak that leak.mjs puts into it. */
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer } from '../e2e/server-process.js';
import type { Claim, Look } from './claim.js';

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
    ...(leak && { nodeArgs: [`--import=${leaking}`] }),
    env: {
      MALLOC_PERTURB_: '165',
      ...options.env,
      ...(leak && { SEALSCRIBE_PROVE_LEAK: leak }),
    },
  });

const DOES: Record<Leak, string> = {
  disk: 'writes recordings to a temporary file',
  memory: 'keeps recordings',
  log: 'logs requests and answers',
  store: 'writes its answers down',
};

/** The same look at the product and at a server with a leak. */
export const both = (
  look: (leak: Leak | undefined) => Promise<Look>,
  leak: Leak,
): Pick<Claim, 'product' | 'control'> => ({
  product: () => look(undefined),
  control: async () => {
    const { tried, found } = await look(leak);
    return { tried: `${tried}, of a server that ${DOES[leak]}`, found };
  },
});
