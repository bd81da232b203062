/**
 * Sealscribe for browsers: the isomorphic client over fetch. Recognition on the device is not in here: device.ts.
 *
 * @packageDocumentation
 */
import {
  Sealscribe as Core,
  SealscribeError,
  openShare as openCore,
  type OpenShareOptions,
  type OpenThread,
  type SealscribeOptions,
  type SharedTranscript,
} from '@sealscribe/sdk-core';
import type { DeviceOptions } from './device/device-options.js';
import { StorageFreshness } from './storage-freshness.js';
import { browserPlatform } from './platform.js';
import type { WorkerOption } from './worker/start-worker.js';
import { WorkerThread } from './worker/worker-thread.js';

export * from '@sealscribe/sdk-core';
export type { DeviceOptions, WorkerOption };
export { IndexedDbCache } from './indexed-db-cache.js';
export { openMicrophone, type Microphone, type MicrophoneOptions } from './microphone.js';
export { IndexedDbStay } from './indexed-db-stay.js';
export { StorageFreshness } from './storage-freshness.js';

/** How to reach a server, and where the parts of the recogniser lie that this device has of its own. */
export interface BrowserOptions extends SealscribeOptions {
  /** For `transcribe` with `where: 'device'`. */
  device?: DeviceOptions;
  /**
   * Opens, seals and searches the vault in a worker, so that typing never waits for it: `true` takes `vault-worker.js` from beside this
   * file; an address or a function that starts the worker is for bundlers that put it elsewhere. Without it, everything is done in the
   * page. Where the worker does not start, calls throw SealscribeError "worker_failed": nothing falls back.
   */
  worker?: WorkerOption;
}

/** A Sealscribe server, seen from a page or a worker. */
export class Sealscribe extends Core {
  /**
   * What the page has seen is remembered in localStorage where there is one, unless `freshness` says otherwise.
   *
   * @throws TypeError when `server` is not an address; SealscribeError "insecure_context" when the page was not loaded over
   * https:// or from localhost: browsers give no cryptography to such pages; "feature_missing" where there is none all the same
   */
  constructor(options: BrowserOptions) {
    checkFeatures();
    super({ ...defaultFreshness(), ...options }, browserPlatform(options.device), threadOf(options.worker));
  }
}

/**
 * Opens a link to a shared transcript; needs no account. A page that was opened by such a link is to clear it from the address
 * bar first.
 *
 * @throws ShareError "wrong_password", "password_needed", "bad_link", "unknown_version" or "share_gone"; IntegrityError when the
 * server gives something else than was shared; SealscribeError "insecure_context", "feature_missing"
 */
export async function openShare(link: string, options: OpenShareOptions = {}): Promise<SharedTranscript> {
  checkFeatures();
  return openCore(link, options, () => browserPlatform());
}

export default Sealscribe;

function checkFeatures(): void {
  if (!globalThis.isSecureContext)
    throw new SealscribeError(
      'insecure_context',
      'This page has no cryptography: serve it over https:// or open it from localhost.',
    );
  if (typeof SubtleCrypto === 'undefined')
    throw new SealscribeError('feature_missing', 'This browser has no Web Crypto: use another.');
}

function threadOf(worker: WorkerOption = false): OpenThread | undefined {
  return worker === false ? undefined : (account, home) => new WorkerThread(worker, account, home);
}

function defaultFreshness(): Pick<SealscribeOptions, 'freshness'> {
  try {
    // Workers have none, and a browser may forbid it: reading the property throws then.
    return globalThis.localStorage ? { freshness: new StorageFreshness(globalThis.localStorage) } : {};
  } catch {
    return {};
  }
}
