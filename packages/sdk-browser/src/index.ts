/**
 * Sealscribe for browsers: the isomorphic client over fetch. First version: progress of an upload is told at its start and end
 * only; the microphone and transcription on the device are not here yet.
 *
 * @packageDocumentation
 */
import {
  Sealscribe as Core,
  SealscribeError,
  openShare as openCore,
  type OpenShareOptions,
  type SealscribeOptions,
  type SharedTranscript,
} from '@sealscribe/sdk-core';
import type { DeviceOptions } from './device/device-options.js';
import { StorageFreshness } from './storage-freshness.js';
import { browserPlatform } from './platform.js';

export * from '@sealscribe/sdk-core';
export type { DeviceOptions };
export { IndexedDbCache } from './indexed-db-cache.js';
export { openMicrophone, type Microphone, type MicrophoneOptions } from './microphone.js';
export { IndexedDbStay } from './indexed-db-stay.js';
export { StorageFreshness } from './storage-freshness.js';

/** How to reach a server, and where the parts of the recogniser lie that this device has of its own. */
export interface BrowserOptions extends SealscribeOptions {
  /** For `transcribe` with `where: 'device'`. */
  device?: DeviceOptions;
}

/** A Sealscribe server, seen from a page or a worker. */
export class Sealscribe extends Core {
  /**
   * What the page has seen is remembered in localStorage where there is one, unless `freshness` says otherwise.
   *
   * @throws TypeError when `server` is not an address; SealscribeError "insecure_context" when the page was not loaded over
   * https:// or from localhost: browsers give no cryptography to such pages
   */
  constructor(options: BrowserOptions) {
    if (!globalThis.isSecureContext)
      throw new SealscribeError(
        'insecure_context',
        'This page has no cryptography: serve it over https:// or open it from localhost.',
      );
    super({ ...defaultFreshness(), ...options }, browserPlatform(options.device));
  }
}

/**
 * Opens a link to a shared transcript; needs no account. A page that was opened by such a link is to clear it from the address
 * bar first.
 *
 * @throws ShareError "wrong_password", "password_needed", "bad_link", "unknown_version" or "share_gone"; IntegrityError when the
 * server gives something else than was shared; SealscribeError "insecure_context"
 */
export async function openShare(link: string, options: OpenShareOptions = {}): Promise<SharedTranscript> {
  return openCore(link, options, () => browserPlatform());
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
