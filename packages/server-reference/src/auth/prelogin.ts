/**
 * What a client must know before it can derive its keys. For an email without an account the salt is made from the server's
 * secret: it looks like any other, and is the same at every asking, so that nobody learns here who has an account.
 */
import { createHmac } from 'node:crypto';
import type { PreloginAnswer } from '@sealscribe/protocol';
import { findAccountByEmail } from '../store/accounts.js';
import type { Store } from '../store/index.js';

/** The iterations that clients use by default (docs/formats.md, account-v1). */
const DEFAULT_ITERATIONS = 600_000;

/** Salt and iterations for a normalised email, with or without an account. */
export async function answerPrelogin(store: Store, email: string): Promise<PreloginAnswer> {
  const invented = { salt: inventSalt(store.secret, email), iterations: DEFAULT_ITERATIONS };
  const { salt, iterations } = (await findAccountByEmail(store.db, email)) ?? invented;
  return { salt, iterations };
}

/** 16 bytes, base64url. */
function inventSalt(secret: Uint8Array, email: string): string {
  const mac = createHmac('sha256', secret).update('sealscribe/prelogin/v1\0').update(email, 'utf8').digest();
  return mac.subarray(0, 16).toString('base64url');
}
