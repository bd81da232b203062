/** What clients send about workspaces; random bytes stand in the place of sealed ones, which the server cannot tell. */
import { createECDH } from 'node:crypto';
import type { Role, WriteEpochRequest } from '@sealscribe/protocol';
import { base64url, creating, multipart, newId, newParts, type Person } from './vault-app.js';

const keys = new WeakMap<Person, string>();

/** Gives an account a key pair. */
export async function giveIdentity(person: Person): Promise<string> {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys().toString('base64url');
  const answer = await person.send('PUT', '/v1/account/identity', {
    payload: { publicKey, privateKey: base64url(210) },
  });
  if (answer.statusCode !== 201) throw new Error(`the identity answered ${answer.statusCode}`);
  keys.set(person, publicKey);
  return publicKey;
}

/** An epoch with these members. */
export function newEpoch(
  members: readonly (readonly [Person, Role])[],
  { epoch = 1, keyNumber = 1 } = {},
): WriteEpochRequest {
  return {
    roster: {
      ...{ epoch, keyNumber, previous: epoch === 1 ? null : base64url(32) },
      members: members.map(([person, role]) => ({
        ...{ accountId: person.accountId, role },
        publicKey: keys.get(person) ?? '',
      })),
    },
    deliveries: Object.fromEntries(members.map(([{ accountId }]) => [accountId, base64url(113)])),
    card: base64url(1096),
    membership: base64url(1096),
    ...(epoch === 1 && { rekeyed: { transcriptKeys: {}, index: base64url(1096) } }),
  };
}

/** Makes a workspace of one. */
export async function newWorkspace(owner: Person): Promise<string> {
  await giveIdentity(owner);
  const id = newId();
  const answer = await owner.send('PUT', `/v1/workspaces/${id}`, {
    payload: newEpoch([[owner, 'owner']]),
    headers: creating(0),
  });
  if (answer.statusCode !== 201) throw new Error(`the workspace answered ${answer.body}`);
  return id;
}

/** Brings somebody into a workspace: invited, listed in epoch 2, accepted. */
export async function join(workspace: string, owner: Person, person: Person, role: Role): Promise<void> {
  await giveIdentity(person);
  await owner.send('POST', `/v1/workspaces/${workspace}/invitations`, {
    payload: { email: person.keys.email },
  });
  const written = await owner.send('PUT', `/v1/workspaces/${workspace}`, {
    payload: newEpoch(
      [
        [owner, 'owner'],
        [person, role],
      ],
      { epoch: 2 },
    ),
    headers: { 'if-match': '"1"' },
  });
  if (written.statusCode !== 200) throw new Error(`the epoch answered ${written.body}`);
  const accepted = await person.send('PUT', `/v1/workspaces/${workspace}/membership`, {
    payload: { epoch: 2, membership: base64url(1096) },
  });
  if (accepted.statusCode !== 204) throw new Error(`accepting answered ${accepted.body}`);
}

/** Stores a transcript in a workspace. */
export function putShared(
  person: Person,
  workspace: string,
  id: string,
  parts: Partial<Record<string, Buffer>> = newParts(),
  headers: Record<string, string> = creating(1),
) {
  const { payload, contentType } = multipart(parts);
  return person.send('PUT', `/v1/workspaces/${workspace}/transcripts/${id}`, {
    payload,
    headers: { 'content-type': contentType, ...headers },
  });
}
