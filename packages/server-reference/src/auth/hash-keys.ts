/**
 * A key record as a client sends it, made ready to be stored: what authenticates is hashed, the email is in its one spelling.
 */
import type { KeyRecord } from '@sealscribe/protocol';
import type { HashedKeys } from '../store/accounts.js';
import { hashAuthKey } from './auth-key.js';
import { normalizeEmail } from './email.js';

/** Hashes the auth keys of a record. */
export async function hashKeys({ authKey, recovery, ...record }: KeyRecord): Promise<HashedKeys> {
  const keys = { ...record, email: normalizeEmail(record.email), authHash: await hashAuthKey(authKey) };
  if (recovery === undefined) return keys;
  if (recovery === null) return { ...keys, recovery };
  return { ...keys, recovery: { authHash: await hashAuthKey(recovery.authKey), wrap: recovery.wrap } };
}
