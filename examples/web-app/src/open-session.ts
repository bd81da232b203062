/** What there is between signing in and locking. */
import type { Sealscribe, Vault } from '@sealscribe/sdk-browser';

/** An open vault and the client it came from. */
export interface OpenSession {
  client: Sealscribe;
  vault: Vault;
  email: string;
  /** Whether this browser keeps it open from one visit to the next. */
  stays: boolean;
}
