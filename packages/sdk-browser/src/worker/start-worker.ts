/**
 * The vault's worker from its own file. Where a page requires Trusted Types, the policy `sealscribe` lets through the address of that file
 * and no other. https://w3c.github.io/trusted-types/dist/spec/
 */
import { SealscribeError } from '@sealscribe/sdk-core';

/** Whether a worker is used, where its file lies, or how it is started. */
export type WorkerOption = boolean | string | URL | (() => Worker);

interface Policy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

/** The addresses that this page named; the policy can be made once only. */
const allowed = new Set<string>();
let policy: Policy | undefined;

function trusted(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return url;
  policy ??= types.createPolicy('sealscribe', {
    createScriptURL: (wanted) => {
      if (allowed.has(wanted)) return wanted;
      throw new TypeError('The policy is for the workers of Sealscribe');
    },
  });
  allowed.add(url);
  return policy.createScriptURL(url);
}

/** @throws SealscribeError "feature_missing" or "worker_failed" */
export function startWorker(option: Exclude<WorkerOption, boolean> | true): Worker {
  if (typeof Worker === 'undefined')
    throw new SealscribeError(
      'feature_missing',
      'This browser has no workers: leave the option `worker` out.',
    );
  try {
    if (typeof option === 'function') return option();
    const file = option === true ? new URL('./vault-worker.js', import.meta.url) : option;
    const { href } = new URL(file, globalThis.document?.baseURI ?? globalThis.location?.href);
    return new Worker(trusted(href), { type: 'module', name: 'sealscribe-vault' });
  } catch (cause) {
    throw workerFailed(cause);
  }
}

/** The error for a worker that does not start, or ends by itself. */
export const workerFailed = (cause: unknown) =>
  new SealscribeError(
    'worker_failed',
    "The vault's worker did not start or broke off: is vault-worker.js there, and does the page's policy allow it (worker-src, trusted-types sealscribe)?",
    { cause },
  );
