/**
 * The code that confirms a change of an email. It is made from the server's secret and the change itself, so that it is kept nowhere,
 * and the operator can ask for it again; another change, even to the same address, has another code.
 */
import { createHmac } from 'node:crypto';
import type { PendingChange } from '../store/pending-emails.js';
import { equalSecrets } from './equal-secrets.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARACTERS = 12;

/** 60 bits as 12 characters of Crockford's base32. */
export function codeOf(secret: Uint8Array, { accountId, keys }: PendingChange): string {
  const mac = createHmac('sha256', secret)
    .update(['sealscribe/email-code/v1', accountId, keys.email, keys.authHash].join('\0'), 'utf8')
    .digest();
  return Array.from(mac.subarray(0, CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** Whether this is the code of the change. */
export function isCodeOf(secret: Uint8Array, change: PendingChange, code: string): boolean {
  return equalSecrets(Buffer.from(codeOf(secret, change)), Buffer.from(code));
}
