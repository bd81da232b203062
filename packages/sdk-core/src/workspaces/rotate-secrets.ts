/** What an account seals under its account key for its workspaces, sealed anew when that key is rotated. */
import { decodeBase64url, encodeBase64url, openMembership, resealIdentity } from '@sealscribe/crypto';
import { identitySchema, routes, workspaceListSchema } from '@sealscribe/protocol';
import type { OpenAccount } from '../account.js';
import { isNotFound, type Http } from '../http.js';
import { verified } from '../integrity.js';
import { getWorkspace, sealAcceptance } from './reading.js';

/**
 * The private key of the account's identity, where it has one, and what it accepted of each workspace.
 * @throws IntegrityError "authentication_failed" when the server gives something else
 */
export async function resealSecrets(
  http: Http,
  { accountId, accountKey: before }: OpenAccount,
  accountKey: CryptoKey,
): Promise<{ privateKey?: string; memberships: Record<string, string> }> {
  const memberships: Record<string, string> = {};
  const { workspaces } = await http.json(routes.listWorkspaces, workspaceListSchema);
  const next = { accountId, accountKey: () => accountKey };
  for (const { id, state } of workspaces) {
    const { membership } = await getWorkspace(http, id);
    if (state !== 'member' || membership === null) continue;
    const sealed = decodeBase64url(membership);
    const accepted = await verified(() => openMembership(before, { accountId, workspaceId: id }, sealed));
    memberships[id] = await sealAcceptance(next, id, accepted);
  }
  const stored = await http.json(routes.getIdentity, identitySchema).catch((failure: unknown) => {
    if (!isNotFound(failure)) throw failure;
  });
  if (!stored) return { memberships };
  const ids = { accountId, publicKey: decodeBase64url(stored.publicKey) };
  const from = { accountKey: before, sealed: decodeBase64url(stored.privateKey) };
  const privateKey = await verified(() => resealIdentity(from, { accountKey }, ids));
  return { memberships, privateKey: encodeBase64url(privateKey) };
}
