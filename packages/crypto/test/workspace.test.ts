import { describe, expect, it } from 'vitest';
import {
  createIdentity,
  createTranscriptKey,
  deliveryInfo,
  encodeBase64url,
  identityFingerprint,
  importWorkspaceKey,
  newId,
  newWorkspaceKeyBytes,
  openIdentity,
  openIndex,
  openMembership,
  openTranscriptKey,
  openWorkspaceCard,
  resealIdentity,
  rewrapTranscriptKey,
  rosterHash,
  seal,
  sealIndex,
  sealMembership,
  sealWorkspaceCard,
} from '../src/index.js';
import { contexts } from '../src/bind.js';
import { concat } from '../src/bytes.js';
import { padDocument } from '../src/padding.js';
import { sha256Bytes } from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { toHex } from './hex.js';

const newKey = () => importWorkspaceKey(newWorkspaceKeyBytes());
const accountId = newId();
const workspaceId = newId();

describe('an identity', () => {
  it('opens with its own account key, account and public key, and nothing else', async () => {
    const accountKey = await newKey();
    const { publicKey, sealed, keyPair } = await createIdentity(accountKey, accountId);
    expect(keyPair.privateKey.extractable).toBe(false);
    const opened = await openIdentity(accountKey, { accountId, publicKey }, sealed);
    expect(opened.privateKey.extractable).toBe(false);
    const secret = await agree(keyPair.privateKey, opened.publicKey);
    expect(await agree(opened.privateKey, keyPair.publicKey)).toBe(secret);

    const other = await createIdentity(accountKey, accountId);
    for (const [key, ids] of [
      [await newKey(), { accountId, publicKey }],
      [accountKey, { accountId: newId(), publicKey }],
      [accountKey, { accountId, publicKey: other.publicKey }],
    ] as const)
      expect(await codeOf(openIdentity(key, ids, sealed))).toBe('authentication_failed');
    const short = { accountId, publicKey: publicKey.slice(1) };
    expect(await codeOf(openIdentity(accountKey, short, sealed))).toBe('malformed');
    expect(await codeOf(identityFingerprint(short))).toBe('malformed');
    // Sealed by whoever has the account key, but no key pair: the public key no point, the private key no key.
    for (const publicBytes of [new Uint8Array(65).fill(4), publicKey]) {
      const context = contexts.privateKey(accountId, publicBytes);
      const bytes = await seal(accountKey, context, new Uint8Array(1));
      const ids = { accountId, publicKey: publicBytes };
      expect(await codeOf(openIdentity(accountKey, ids, bytes))).toBe('malformed');
    }
  });

  it('moves to another account key', async () => {
    const [before, after] = [await newKey(), await newKey()];
    const { publicKey, sealed } = await createIdentity(before, accountId);
    const ids = { accountId, publicKey };
    const moved = await resealIdentity({ accountKey: before, sealed }, { accountKey: after }, ids);
    expect((await openIdentity(after, ids, moved)).privateKey.type).toBe('private');
    expect(await codeOf(openIdentity(before, ids, moved))).toBe('authentication_failed');
  });

  it('has a fingerprint that anybody can compute', async () => {
    // SHA-256("sealscribe/identity/v1" 00 | 00000010 00*16 | 00000041 04 01*64), made with Python's hashlib.
    const publicKey = new Uint8Array(65).fill(1);
    publicKey[0] = 4;
    expect(toHex(await identityFingerprint({ accountId: 'A'.repeat(22), publicKey }))).toBe(
      '28dc3ac8b9ccc5a599870e1313e5fa6b8bfbaa930d24b34b945defc643d38d38',
    );
  });
});

describe('a roster', () => {
  const member = (role: string, fill: number) => ({
    accountId: newId(),
    role,
    fingerprint: new Uint8Array(32).fill(fill),
  });
  const members = [member('owner', 1), member('editor', 2), member('reader', 3)];
  const roster = { workspaceId, epoch: 2, keyNumber: 1, previous: new Uint8Array(32), members };

  it('has one hash in whatever order its members stand', async () => {
    const hash = toHex(await rosterHash(roster));
    expect(toHex(await rosterHash({ ...roster, members: [...members].reverse() }))).toBe(hash);
    // By Python's hashlib, from docs/formats.md alone.
    const [a, b] = ['A'.repeat(22), 'B'.repeat(21) + 'A'];
    const known = [
      { accountId: b, role: 'reader', fingerprint: new Uint8Array(32).fill(2) },
      { accountId: a, role: 'owner', fingerprint: new Uint8Array(32).fill(1) },
    ];
    const first = { workspaceId: a, epoch: 1, keyNumber: 1, previous: new Uint8Array(0), members: known };
    expect(toHex(await rosterHash(first))).toBe(
      'd35a0fe27fa1e00c072a1bc23b43535b01484dd457f6edfb2a9ae5c3a533c974',
    );
  });

  it('takes its members in the order of their bytes', async () => {
    const fingerprint = new Uint8Array(32);
    const members = [15, 16, 159, 160].map((byte) => ({
      accountId: encodeBase64url(new Uint8Array(16).fill(byte)),
      role: 'reader',
      fingerprint,
    }));
    const first = { workspaceId, epoch: 1, keyNumber: 1, previous: new Uint8Array(0) };
    const inOrder = concat(...members.map((one) => contexts.member(one.accountId, one.role, fingerprint)));
    const expected = await sha256Bytes(contexts.roster(workspaceId, 1, 1, first.previous, inOrder));
    expect(await rosterHash({ ...first, members: members.reverse() })).toEqual(expected);
  });

  it('changes its hash with everything in it', async () => {
    const hashes = new Set<string>();
    const variants = [
      roster,
      { ...roster, workspaceId: newId() },
      { ...roster, epoch: 3 },
      { ...roster, keyNumber: 2 },
      { ...roster, previous: new Uint8Array(32).fill(9) },
      { ...roster, previous: new Uint8Array(0) },
      { ...roster, members: members.slice(1) },
      { ...roster, members: members.map((one) => ({ ...one, role: 'owner' })) },
      { ...roster, members: members.map((one) => ({ ...one, fingerprint: new Uint8Array(32) })) },
      { ...roster, members: members.map((one) => ({ ...one, accountId: newId() })) },
    ];
    for (const variant of variants) hashes.add(toHex(await rosterHash(variant)));
    expect(hashes.size).toBe(variants.length);
    await expect(rosterHash({ ...roster, members: [...members, ...members] })).rejects.toThrow(/members/);
    await expect(rosterHash({ ...roster, previous: new Uint8Array(31) })).rejects.toThrow(/previous/);
  });

  it('is bound into the delivery of the key, with everything else', async () => {
    const delivery = {
      ...{ workspaceId, epoch: 2, keyNumber: 1, sender: newId(), recipient: newId() },
      rosterHash: await rosterHash(roster),
    };
    const infos = [
      delivery,
      { ...delivery, workspaceId: newId() },
      { ...delivery, epoch: 1, keyNumber: 2 },
      { ...delivery, keyNumber: 2 },
      { ...delivery, sender: delivery.recipient, recipient: delivery.sender },
      { ...delivery, recipient: newId() },
      { ...delivery, rosterHash: new Uint8Array(32) },
    ].map((each) => toHex(deliveryInfo(each)));
    expect(new Set(infos).size).toBe(infos.length);
    expect(() => deliveryInfo({ ...delivery, rosterHash: new Uint8Array(0) })).toThrow(RangeError);
    expect(() => deliveryInfo({ ...delivery, sender: 'nobody' })).toThrow(/sender/);
  });
});

describe("a workspace's key", () => {
  it('is 32 bytes that cannot be had back', async () => {
    expect((await newKey()).extractable).toBe(false);
    await expect(importWorkspaceKey(new Uint8Array(31))).rejects.toThrow(RangeError);
  });

  it('seals keys of transcripts and the index, each for its own number', async () => {
    const [key, next] = [await newKey(), await newKey()];
    const owner = { workspaceId, keyNumber: 1 };
    const transcriptId = newId();
    const { wrap } = await createTranscriptKey(key, { ...owner, transcriptId });
    const from = { ...owner, key, wrap };
    const to = { workspaceId, keyNumber: 2, key: next };
    const moved = await rewrapTranscriptKey(from, to, transcriptId);
    expect((await openTranscriptKey(next, { ...to, transcriptId }, moved)).extractable).toBe(false);
    const openedBy = (by: CryptoKey, ids: Parameters<typeof openTranscriptKey>[1], bytes: Uint8Array) =>
      codeOf(openTranscriptKey(by, ids, bytes));
    for (const failing of [
      await openedBy(next, { ...owner, transcriptId }, moved),
      await openedBy(key, { ...owner, keyNumber: 2, transcriptId }, wrap),
      await openedBy(key, { workspaceId: newId(), keyNumber: 1, transcriptId }, wrap),
      await openedBy(key, { accountId: workspaceId, transcriptId }, wrap),
    ])
      expect(failing).toBe('authentication_failed');
    const { sealed } = await sealIndex(key, { ...owner, indexRevision: 1 }, {});
    expect((await openIndex(key, { ...owner, indexRevision: 1 }, sealed)).index).toEqual({});
    for (const other of [
      { accountId: workspaceId, indexRevision: 1 },
      { ...owner, indexRevision: 2 },
      { workspaceId, keyNumber: 2, indexRevision: 1 },
    ])
      expect(await codeOf(openIndex(key, other, sealed))).toBe('authentication_failed');
  });

  it('seals the name of the workspace for one epoch', async () => {
    const key = await newKey();
    const at = { workspaceId, epoch: 3 };
    const sealed = await sealWorkspaceCard(key, at, { name: 'Newsroom' });
    expect(await openWorkspaceCard(key, at, sealed)).toEqual({ name: 'Newsroom' });
    expect(await codeOf(openWorkspaceCard(key, { ...at, epoch: 2 }, sealed))).toBe('authentication_failed');
  });
});

it('what an account accepted last opens for that account and workspace alone', async () => {
  const accountKey = await newKey();
  const ids = { accountId, workspaceId };
  const accepted = { revision: 4, sha256: 'A'.repeat(43) };
  const sealed = await sealMembership(accountKey, ids, accepted);
  expect(await openMembership(accountKey, ids, sealed)).toEqual(accepted);
  const other = { accountId: workspaceId, workspaceId: accountId };
  expect(await codeOf(openMembership(accountKey, other, sealed))).toBe('authentication_failed');
  const garbage = await seal(
    accountKey,
    contexts.membership(accountId, workspaceId),
    padDocument({ revision: 0 }),
  );
  expect(await codeOf(openMembership(accountKey, ids, garbage))).toBe('invalid_document');
});

async function agree(privateKey: CryptoKey, publicKey: CryptoKey): Promise<string> {
  const bits = await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 256);
  return toHex(new Uint8Array(bits));
}
