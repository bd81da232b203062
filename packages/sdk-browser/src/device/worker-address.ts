/**
 * Starting workers where Trusted Types are required: the policy `sealscribe-device` lets through
 * the worker's own address alone. https://w3c.github.io/trusted-types/dist/spec/
 */

/** What the worker is called: it tells itself by that from the threads that the runtime starts from the same file. */
export const WORKER_NAME = 'sealscribe-device';

const POLICY = 'sealscribe-device';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

const allowed = new Set<string>();
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** An address as a worker's constructor takes it. @throws TypeError when it is none of those allowed */
function trust(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return url;
  policy ??= types.createPolicy(POLICY, {
    createScriptURL: (wanted) => {
      if (allowed.has(wanted)) return wanted;
      throw new TypeError('The policy is for another worker');
    },
  });
  return policy.createScriptURL(url);
}

/** Starts the recogniser's worker. */
export function startWorker(address: string): Worker {
  allowed.add(address);
  return new Worker(trust(address), { type: 'module', name: WORKER_NAME });
}

/** Lets the runtime start its threads, which are workers inside the worker, from the worker's own file. */
export function allowThreads(address: string): void {
  allowed.add(address);
  const Native = Worker;
  globalThis.Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trust(String(url)), options);
    }
  };
}
