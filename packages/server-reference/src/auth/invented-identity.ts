/**
 * Whom an invitation is for. For an email without an account, or one whose account has no key pair, account and key are made from
 * the server's secret: they look like any other and are the same at every asking, so that nobody learns here who has an account.
 */
import { createECDH, createHmac } from 'node:crypto';
import { findAccountByEmail } from '../store/accounts.js';
import { readIdentity } from '../store/identities.js';
import type { Store } from '../store/index.js';
import type { Invited } from '../store/workspace-members.js';

/** The account and public key behind a normalised email. */
export async function findInvited(store: Store, email: string): Promise<Invited> {
  const invented = inventIdentity(store.secret, email);
  const account = await findAccountByEmail(store.db, email);
  const identity = await readIdentity(store.db, account?.id ?? '').catch(() => undefined);
  if (!account || !identity) return invented;
  return { invitedId: account.id, publicKey: identity.publicKey, exists: true };
}

function inventIdentity(secret: Uint8Array, email: string): Invited {
  const derive = (label: string) =>
    createHmac('sha256', secret).update(`sealscribe/${label}/v1\0`).update(email, 'utf8').digest();
  const pair = createECDH('prime256v1');
  // Less than the order of the curve, whatever follows.
  pair.setPrivateKey(Buffer.concat([Buffer.of(1), derive('invented-key').subarray(1)]));
  return {
    invitedId: derive('invented-account').subarray(0, 16).toString('base64url'),
    publicKey: pair.getPublicKey().toString('base64url'),
    exists: false,
  };
}
