/**
 * Sealscribe for Node: files, streams and pinned certificates under the isomorphic client.
 *
 * @packageDocumentation
 */
import {
  Sealscribe as Core,
  openShare as openCore,
  type OpenShareOptions,
  type SharedTranscript,
} from '@sealscribe/sdk-core';
import type { NodeOptions } from './options.js';
import { nodePlatform } from './platform.js';

export * from '@sealscribe/sdk-core';
export type { NodeOptions } from './options.js';
export { FileCache } from './file-cache.js';
export { DeviceStay, type DeviceSecrets } from './device-stay.js';
export { FileFreshness } from './file-freshness.js';

/** A Sealscribe server, seen from Node. */
export class Sealscribe extends Core {
  /** @throws TypeError when `server` or `fingerprint` is not what it should be */
  constructor(options: NodeOptions) {
    super(options, nodePlatform(options));
  }
}

/**
 * Opens a link to a shared transcript; needs no account.
 *
 * @param options.fingerprint SHA-256 of the server's certificate, as for {@link Sealscribe}.
 * @throws ShareError "wrong_password", "password_needed", "bad_link", "unknown_version" or "share_gone"; IntegrityError when the
 * server gives something else than was shared
 * @example
 * ```ts
 * const { title, transcript } = await openShare(link, { password: 'told by telephone' });
 * ```
 */
export async function openShare(
  link: string,
  options: OpenShareOptions & Pick<NodeOptions, 'fingerprint' | 'allowInsecure'> = {},
): Promise<SharedTranscript> {
  return openCore(link, options, (server) => nodePlatform({ ...options, server }));
}

export default Sealscribe;
