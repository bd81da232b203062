/** Node under the client. */
import type { Platform } from '@sealscribe/sdk-core';
import type { NodeOptions } from './options.js';

/** The platform of Node. */
export function nodePlatform(_options: NodeOptions): Platform {
  throw new Error('not there yet');
}
