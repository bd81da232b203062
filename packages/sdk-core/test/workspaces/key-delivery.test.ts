import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import {
  createIdentity,
  deliveryInfo,
  importWorkspaceKey,
  newId,
  newWorkspaceKeyBytes,
} from '@sealscribe/crypto';
import { expect, test } from 'vitest';
import { deliverKey, openDelivery } from '../../src/workspaces/key-delivery.js';

const newIdentity = async () => createIdentity(await importWorkspaceKey(newWorkspaceKeyBytes()), newId());
const details = {
  ...{ workspaceId: newId(), epoch: 3, keyNumber: 2, sender: newId(), recipient: newId() },
  rosterHash: new Uint8Array(32).fill(7),
};
const refused = { code: 'authentication_failed' };

test('a key arrives at its recipient, from its sender, for its roster, and nowhere else', async () => {
  const [owner, member, other] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
  const key = newWorkspaceKeyBytes();
  const delivery = await deliverKey(owner.keyPair, member.publicKey, details, key);
  expect(delivery).toHaveLength(113);
  expect(await openDelivery(member.keyPair, owner.publicKey, details, delivery)).toEqual(new Uint8Array(key));
  expect(await deliverKey(owner.keyPair, member.publicKey, details, key)).not.toEqual(delivery);
  await expect(openDelivery(other.keyPair, owner.publicKey, details, delivery)).rejects.toMatchObject(
    refused,
  );
  await expect(openDelivery(member.keyPair, other.publicKey, details, delivery)).rejects.toMatchObject(
    refused,
  );
  for (const change of [
    { workspaceId: newId() },
    { epoch: 4 },
    { keyNumber: 1 },
    { sender: newId() },
    { recipient: newId() },
    { rosterHash: new Uint8Array(32) },
  ])
    await expect(
      openDelivery(member.keyPair, owner.publicKey, { ...details, ...change }, delivery),
    ).rejects.toMatchObject(refused);
  for (const bytes of [
    delivery.subarray(1),
    delivery.map((byte, i) => (i === 70 ? byte ^ 1 : byte)),
    new Uint8Array(113),
  ])
    await expect(openDelivery(member.keyPair, owner.publicKey, details, bytes)).rejects.toMatchObject(
      refused,
    );
});

test('a key in base mode, which needs no sender, is refused although it opens in base mode', async () => {
  const [owner, member] = await Promise.all([newIdentity(), newIdentity()]);
  const suite = new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  const info = deliveryInfo(details).buffer;
  const recipientPublicKey = await suite.kem.deserializePublicKey(member.publicKey.buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, newWorkspaceKeyBytes().buffer);
  const opened = await suite.open({ recipientKey: member.keyPair, enc, info }, ct);
  expect(opened.byteLength).toBe(32);
  const delivery = new Uint8Array([...new Uint8Array(enc), ...new Uint8Array(ct)]);
  expect(delivery).toHaveLength(113);
  await expect(openDelivery(member.keyPair, owner.publicKey, details, delivery)).rejects.toMatchObject(
    refused,
  );
});
