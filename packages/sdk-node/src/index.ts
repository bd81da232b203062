/**
 * Sealscribe for Node: files, streams and pinned certificates under the isomorphic client.
 *
 * @packageDocumentation
 */
import { Sealscribe as Core } from '@sealscribe/sdk-core';
import type { NodeOptions } from './options.js';
import { nodePlatform } from './platform.js';

export * from '@sealscribe/sdk-core';
export type { NodeOptions } from './options.js';
export { FileCache } from './file-cache.js';
export { FileFreshness } from './file-freshness.js';

/** A Sealscribe server, seen from Node. */
export class Sealscribe extends Core {
  /** @throws TypeError when `server` or `fingerprint` is not what it should be */
  constructor(options: NodeOptions) {
    super(options, nodePlatform(options));
  }
}

export default Sealscribe;
