/**
 * Sealscribe for browsers: the isomorphic client over fetch. First version: progress of an upload is told at its start and end
 * only; the microphone and transcription on the device are not here yet.
 *
 * @packageDocumentation
 */
import { Sealscribe as Core, SealscribeError, type SealscribeOptions } from '@sealscribe/sdk-core';
import { StorageFreshness } from './storage-freshness.js';
import { browserPlatform } from './platform.js';

export * from '@sealscribe/sdk-core';
export { IndexedDbCache } from './indexed-db-cache.js';
export { StorageFreshness } from './storage-freshness.js';

/** A Sealscribe server, seen from a page or a worker. */
export class Sealscribe extends Core {
  /**
   * What the page has seen is remembered in localStorage where there is one, unless `freshness` says otherwise.
   *
   * @throws TypeError when `server` is not an address; SealscribeError "insecure_context" when the page was not loaded over
   * https:// or from localhost: browsers give no cryptography to such pages
   */
  constructor(options: SealscribeOptions) {
    if (!globalThis.isSecureContext)
      throw new SealscribeError(
        'insecure_context',
        'This page has no cryptography: serve it over https:// or open it from localhost.',
      );
    super({ ...defaultFreshness(), ...options }, browserPlatform());
  }
}

export default Sealscribe;

function defaultFreshness(): Pick<SealscribeOptions, 'freshness'> {
  try {
    // Workers have none, and a browser may forbid it: reading the property throws then.
    return globalThis.localStorage ? { freshness: new StorageFreshness(globalThis.localStorage) } : {};
  } catch {
    return {};
  }
}
