// What the Python implementation of examples/offline-open-python makes of everything that is sealed to, in and about a workspace, and of
// the wraps for recovery, devices and searches: each side opens what the other one sealed.
import { fileURLToPath } from 'node:url';
import {
  createIdentity,
  createTranscriptKey,
  decodeBase64url,
  deriveRecoveryAuthKey,
  encodeBase64url as b64,
  identityFingerprint,
  importRecoveryKey,
  importWorkspaceKey,
  newId,
  newRecoveryBytes,
  openIdentity,
  openIndex,
  openKeptAccountKey,
  openMembership,
  openSearchEntry,
  openTranscriptKey,
  openWorkspaceCard,
  recoverAccountKey,
  rewrapAccountKey,
  rosterHash,
  sealIndex,
  sealMembership,
  sealSearchEntry,
  sealWorkspaceCard,
} from '@sealscribe/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python, startPeer, type PythonPeer } from '../../../../test/fixtures/python-peer.js';
import { deliverKey, openDelivery } from '../../src/workspaces/key-delivery.js';

describe.skipIf(python === undefined)('an independent implementation in Python', () => {
  let peer: PythonPeer;
  beforeAll(() => {
    peer = startPeer(fileURLToPath(new URL('answer.py', import.meta.url)));
  });
  afterAll(() => peer.stop());
  const ask = (command: Record<string, unknown>) => peer.ask(command) as Promise<string>;

  const bytes = newRecoveryBytes();
  const [accountId, workspaceId, transcriptId] = [newId(), newId(), newId()];
  const document = { name: 'Board', emails: { [accountId]: 'alice@example.com' } };
  const json = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
  const sealed = (what: string, data: Uint8Array | string, more: Record<string, unknown> = {}) => ({
    ...{ what, key: b64(bytes), accountId, workspaceId, transcriptId, ...more },
    data: typeof data === 'string' ? data : b64(data),
  });
  const text = (value: unknown) => b64(new TextEncoder().encode(JSON.stringify(value)));

  it('delivers the key of a workspace, both ways, to its recipient alone', async () => {
    const key = await importWorkspaceKey(bytes);
    const people = await Promise.all(
      ['owner', 'reader'].map(async (role) => {
        const id = newId();
        const identity = await createIdentity(key, id);
        const what = { key: b64(bytes), accountId: id, publicKey: b64(identity.publicKey) };
        const privateKey = await ask({
          do: 'open',
          what: 'private-key',
          ...what,
          data: b64(identity.sealed),
        });
        const fingerprint = await identityFingerprint({ accountId: id, publicKey: identity.publicKey });
        expect(await ask({ do: 'fingerprint', ...what })).toBe(b64(fingerprint));
        // Sealed anew by them, it is the same key pair here.
        const theirs = await ask({ do: 'seal', what: 'private-key', ...what, data: privateKey });
        await openIdentity(key, { accountId: id, publicKey: identity.publicKey }, decodeBase64url(theirs));
        return { ...what, role, privateKey, fingerprint, keyPair: identity.keyPair };
      }),
    );
    const [owner, reader] = people;
    const members = people.map((each) => ({
      accountId: each.accountId,
      role: each.role,
      fingerprint: each.fingerprint,
    }));
    const roster = { workspaceId, epoch: 3, keyNumber: 2, previous: new Uint8Array(32).fill(9), members };
    const delivery = { ...roster, sender: owner.accountId, recipient: reader.accountId };
    const details = { ...delivery, rosterHash: await rosterHash(roster) };
    const asked = {
      ...{ workspaceId, epoch: 3, keyNumber: 2, sender: delivery.sender, recipient: delivery.recipient },
      previous: b64(roster.previous),
      members: members.map((member) => ({ ...member, fingerprint: b64(member.fingerprint) })),
    };
    const workspaceKey = newRecoveryBytes();

    const ours = await deliverKey(owner.keyPair, decodeBase64url(reader.publicKey), details, workspaceKey);
    const receive = {
      ...{ do: 'receive', ...asked, privateKey: reader.privateKey, publicKey: owner.publicKey },
      data: b64(ours),
    };
    expect(await ask(receive)).toBe(b64(workspaceKey));
    expect(await ask({ ...receive, epoch: 4 })).toBe('refused');
    expect(await ask({ ...receive, publicKey: reader.publicKey })).toBe('refused');
    expect(await ask({ ...receive, privateKey: owner.privateKey })).toBe('refused');

    const theirs = await ask({
      ...{ do: 'deliver', ...asked, privateKey: owner.privateKey, publicKey: reader.publicKey },
      data: b64(workspaceKey),
    });
    const from = decodeBase64url(owner.publicKey);
    expect(b64(await openDelivery(reader.keyPair, from, details, decodeBase64url(theirs)))).toBe(
      b64(workspaceKey),
    );
  });

  it('reads and writes what the key of a workspace seals', async () => {
    const key = await importWorkspaceKey(bytes);
    const owner = { workspaceId, keyNumber: 2 };
    const index = { [transcriptId]: { revision: 1, sha256: b64(new Uint8Array(32)) } };
    const at = { keyNumber: 2, revision: 5, epoch: 4 };

    const ourIndex = await sealIndex(key, { ...owner, indexRevision: 5 }, index);
    expect(json(await ask({ do: 'open', ...sealed('workspace-index', ourIndex.sealed, at) }))).toEqual(index);
    const theirIndex = await ask({ do: 'seal', ...sealed('workspace-index', text(index), at) });
    expect((await openIndex(key, { ...owner, indexRevision: 5 }, decodeBase64url(theirIndex))).index).toEqual(
      index,
    );

    const ourCard = await sealWorkspaceCard(key, { workspaceId, epoch: 4 }, document);
    expect(json(await ask({ do: 'open', ...sealed('workspace-card', ourCard, at) }))).toEqual(document);
    const theirCard = await ask({ do: 'seal', ...sealed('workspace-card', text(document), at) });
    expect(await openWorkspaceCard(key, { workspaceId, epoch: 4 }, decodeBase64url(theirCard))).toEqual(
      document,
    );

    const { wrap } = await createTranscriptKey(key, { ...owner, transcriptId });
    const transcriptKey = await ask({ do: 'open', ...sealed('workspace-transcript-key', wrap, at) });
    const theirWrap = await ask({ do: 'seal', ...sealed('workspace-transcript-key', transcriptKey, at) });
    await openTranscriptKey(key, { ...owner, transcriptId }, decodeBase64url(theirWrap));
    expect(
      await ask({ do: 'open', ...sealed('workspace-transcript-key', wrap, { ...at, keyNumber: 3 }) }),
    ).toBe('refused');
  });

  it('reads and writes what an account keeps for itself: recovery, devices, memberships, searches', async () => {
    const accountKey = await importWorkspaceKey(bytes);
    const recoveryBytes = newRecoveryBytes();
    const recoveryKey = await importRecoveryKey(recoveryBytes);
    const byRecovery = { key: b64(recoveryBytes) };
    expect(await ask({ do: 'recovery-auth-key', ...byRecovery })).toBe(
      b64(await deriveRecoveryAuthKey(recoveryKey)),
    );
    const wrap = decodeBase64url(await ask({ do: 'seal', ...sealed('recovery-key', bytes, byRecovery) }));
    await recoverAccountKey(recoveryKey, accountId, wrap);
    const kept = await rewrapAccountKey(
      { recoveryKey, accountId, wrap },
      { deviceKey: recoveryKey, accountId },
    );
    expect(await ask({ do: 'open', ...sealed('device-key', kept, byRecovery) })).toBe(b64(bytes));
    expect(await ask({ do: 'open', ...sealed('recovery-key', kept, byRecovery) })).toBe('refused');
    const device = decodeBase64url(await ask({ do: 'seal', ...sealed('device-key', bytes, byRecovery) }));
    await openKeptAccountKey(recoveryKey, accountId, device);

    const mark = { revision: 7, sha256: b64(new Uint8Array(32).fill(5)) };
    const membership = await sealMembership(accountKey, { accountId, workspaceId }, mark);
    expect(json(await ask({ do: 'open', ...sealed('membership', membership) }))).toEqual(mark);
    const theirs = decodeBase64url(await ask({ do: 'seal', ...sealed('membership', text(mark)) }));
    expect(await openMembership(accountKey, { accountId, workspaceId }, theirs)).toEqual(mark);

    const place = { accountId, transcriptId, mark };
    const entry = await sealSearchEntry(accountKey, place, document);
    expect(json(await ask({ do: 'open', ...sealed('search-entry', entry, mark) }))).toEqual(document);
    const theirEntry = await ask({ do: 'seal', ...sealed('search-entry', text(document), mark) });
    expect(await openSearchEntry(accountKey, place, decodeBase64url(theirEntry))).toEqual(document);
  });
});
