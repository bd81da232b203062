/** What a caller in Node may set, beyond what every platform takes. */
import type { SealscribeOptions } from '@sealscribe/sdk-core';

/** How to reach a server from Node. */
export interface NodeOptions extends SealscribeOptions {
  /** SHA-256 of the server's certificate, hex with or without colons: only that certificate is accepted, whoever signed it. */
  fingerprint?: string;
  /** Allows `http://` beyond this machine, for a network that is already encrypted. Off by default. */
  allowInsecure?: boolean;
}
