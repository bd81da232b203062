/** Workspaces against a server that lies: about keys, rosters and who sent what. Each lie has its error, and nothing is sealed to it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import {
  createIdentity,
  decodeBase64url,
  deliveryInfo,
  encodeBase64url,
  identityFingerprint,
  importWorkspaceKey,
  newId,
  newWorkspaceKeyBytes,
  rosterHash,
  sealWorkspaceCard,
} from '@sealscribe/crypto';
import type { StoredRoster, StoredWorkspace } from '@sealscribe/protocol';
import { Sealscribe, type Vault } from '@sealscribe/sdk-node';
import { startLyingServer, withJson, type Asked, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
let alice: Vault;
let bob: Vault;
let carol: Vault;
const person = (name: string) => ({ email: `${name}@example.com`, password: 'correct horse' });
const device = () => new Sealscribe({ server: server.url, retries: 0 });
const fingerprintOf = async (vault: Vault) => (await vault.workspaces.identity()).fingerprint;

/** The server's own key pair, under somebody's account id. */
const impostor = async (accountId: string) => {
  const { publicKey, keyPair } = await createIdentity(
    await importWorkspaceKey(newWorkspaceKeyBytes()),
    accountId,
  );
  return { keyPair, publicKey: encodeBase64url(publicKey) };
};

beforeAll(async () => {
  real = await startServer({ args: ['--workers', '1'] });
  server = await startLyingServer(real.url);
  [alice, bob, carol] = await Promise.all([
    device().signUp(person('alice')),
    device().signUp(person('bob')),
    device().signUp(person('carol')),
  ]);
});
afterAll(async () => {
  await server?.stop();
  await real?.stop();
});
afterEach(() => void (server.lie = undefined));

/** Changes what is answered about a workspace. */
function answering(id: string, change: (stored: StoredWorkspace) => unknown): void {
  server.lie = async (asked, ask) =>
    asked.method === 'GET' && asked.path === `/v1/workspaces/${id}`
      ? withJson(await ask(asked), change)
      : undefined;
}

/** What is answered about a workspace now. */
async function truth(vault: Vault, id: string): Promise<StoredWorkspace> {
  let seen: StoredWorkspace | undefined;
  answering(id, (stored) => (seen = stored));
  await vault.workspaces.open(id);
  server.lie = undefined;
  return seen!;
}

/** A workspace of Alice's into which Bob was brought. */
async function together(name: string): Promise<string> {
  const { id } = await alice.workspaces.create(name);
  await alice.workspaces.invite(id, 'bob@example.com');
  await alice.workspaces.confirm(id, 'bob@example.com', { fingerprint: await fingerprintOf(bob) });
  await bob.workspaces.accept(id, { fingerprint: await fingerprintOf(alice) });
  return id;
}

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'it succeeded',
    (failure: { code?: string }) => failure.code ?? failure,
  );
const last = <T>(list: readonly T[]): T => list[list.length - 1];
const written = () => server.asked.filter(({ method }: Asked) => method === 'PUT');

describe('somebody else in the place of the one who is meant', () => {
  test('a substituted public key is not the one whose fingerprint was confirmed: nothing is sealed', async () => {
    const { id } = await alice.workspaces.create('Substituted');
    const fake = await impostor(bob.accountId);
    server.lie = async (asked, ask) =>
      asked.path.endsWith('/invitations')
        ? withJson(await ask(asked), (invited: object) => ({ ...invited, publicKey: fake.publicKey }))
        : undefined;
    const shown = await alice.workspaces.invite(id, 'bob@example.com');
    const fingerprint = await fingerprintOf(bob);
    expect(shown.fingerprint).not.toBe(fingerprint);
    server.asked = [];
    expect(await codeOf(alice.workspaces.confirm(id, 'bob@example.com', { fingerprint }))).toBe(
      'wrong_fingerprint',
    );
    expect(written()).toEqual([]);
  });

  test('an account that takes the place of another has another fingerprint', async () => {
    const { id } = await alice.workspaces.create('Swapped');
    const carols = await alice.workspaces.invite(id, 'carol@example.com');
    const { accountId } = carols;
    server.lie = async (asked, ask) =>
      asked.path.endsWith('/invitations')
        ? withJson(await ask(asked), (invited: object) => ({ ...invited, accountId }))
        : undefined;
    const fingerprint = await fingerprintOf(bob);
    expect(await codeOf(alice.workspaces.confirm(id, 'bob@example.com', { fingerprint }))).toBe(
      'wrong_fingerprint',
    );
  });

  test('a workspace that the server made up is not from the owner who was confirmed', async () => {
    const { id } = await alice.workspaces.create('Made up');
    await alice.workspaces.invite(id, 'carol@example.com');
    await alice.workspaces.confirm(id, 'carol@example.com', { fingerprint: await fingerprintOf(carol) });
    const fake = await impostor(alice.accountId);
    answering(id, (stored) => {
      for (const { roster } of stored.epochs)
        for (const member of roster.members)
          if (member.accountId === alice.accountId) member.publicKey = fake.publicKey;
      return stored;
    });
    const fingerprint = await fingerprintOf(alice);
    expect(await codeOf(carol.workspaces.accept(id, { fingerprint }))).toBe('wrong_fingerprint');
    server.lie = undefined;
    expect(await codeOf(carol.workspaces.accept(id, { fingerprint: await fingerprintOf(bob) }))).toBe(
      'wrong_fingerprint',
    );
    expect((await carol.workspaces.accept(id, { fingerprint })).name).toBe('Made up');
  });

  test('an identity that is not the one of this account does not open', async () => {
    const fake = await impostor(bob.accountId);
    server.lie = async (asked, ask) =>
      asked.path === '/v1/account/identity'
        ? withJson(await ask(asked), (identity: object) => ({ ...identity, publicKey: fake.publicKey }))
        : undefined;
    const vault = await device().unlock(person('bob'));
    expect(await codeOf(vault.workspaces.identity())).toBe('authentication_failed');
  });
});

describe('rosters and keys', () => {
  let id: string;
  let before: StoredWorkspace;
  let after: StoredWorkspace;
  beforeAll(async () => {
    id = await together('Rosters');
    before = await truth(bob, id);
    await alice.workspaces.rename(id, 'Renamed');
    answering(id, (stored) => (after = stored));
    await alice.workspaces.members(id);
    server.lie = undefined;
  });

  /** Opens as a device of Bob's that has accepted epoch 2, and is told this of epoch 3. */
  const told = async (change: (stored: StoredWorkspace) => unknown) => {
    const vault = await device().unlock(person('bob'));
    answering(id, (stored) => {
      if (stored.epochs.length === 2) return change(stored);
      throw new Error('the accepted epoch was to be 2');
    });
    return codeOf(vault.workspaces.open(id));
  };

  test('a key that the server sealed itself, in base mode, does not open', async () => {
    const suite = new CipherSuite({
      kem: new DhkemP256HkdfSha256(),
      kdf: new HkdfSha256(),
      aead: new Aes256Gcm(),
    });
    expect(await told((stored) => stored), 'the harness tells the truth as it is').toBe('it succeeded');
    const vault = await device().unlock(person('bob'));
    const bobs = last(after.epochs).roster.members.find(({ accountId }) => accountId === bob.accountId)!;
    const { roster, sender } = last(after.epochs);
    const key = newWorkspaceKeyBytes();
    const { enc, ct } = await suite.seal(
      {
        recipientPublicKey: await suite.kem.deserializePublicKey(decodeBase64url(bobs.publicKey).buffer),
        info: deliveryInfo({
          ...{ workspaceId: id, epoch: roster.epoch, keyNumber: roster.keyNumber, sender },
          ...{ recipient: bob.accountId, rosterHash: await hashOf(roster) },
        }).buffer,
      },
      key.buffer,
    );
    const delivery = encodeBase64url(new Uint8Array([...new Uint8Array(enc), ...new Uint8Array(ct)]));
    const card = await sealWorkspaceCard(
      await importWorkspaceKey(key),
      { workspaceId: id, epoch: roster.epoch },
      { name: 'Trap', emails: {} },
    );
    answering(id, (stored) => ({
      ...stored,
      card: encodeBase64url(card),
      epochs: [...stored.epochs.slice(0, -1), { ...last(stored.epochs), delivery }],
    }));
    expect(await codeOf(vault.workspaces.open(id))).toBe('authentication_failed');
  });

  async function hashOf({ members, previous, ...roster }: StoredRoster) {
    return rosterHash({
      ...{ workspaceId: id, ...roster, previous: decodeBase64url(previous ?? '') },
      members: await Promise.all(
        members.map(async ({ accountId, role, publicKey }) => ({
          ...{ accountId, role },
          fingerprint: await identityFingerprint({ accountId, publicKey: decodeBase64url(publicKey) }),
        })),
      ),
    });
  }

  test('an old roster is a rollback, another one at its epoch a fork', async () => {
    const vault = await device().unlock(person('bob'));
    await vault.workspaces.open(id);
    answering(id, () => before);
    expect(await codeOf(vault.workspaces.open(id))).toBe('rollback');
    for (const forge of [
      (roster: StoredRoster) => ({ ...roster, previous: encodeBase64url(new Uint8Array(32)) }),
      (roster: StoredRoster) => ({ ...roster, keyNumber: 2 }),
      (roster: StoredRoster) => ({
        ...roster,
        members: roster.members.map((member) => ({ ...member, role: 'owner' as const })),
      }),
      (roster: StoredRoster) => ({ ...roster, members: roster.members.slice(0, 1) }),
    ]) {
      answering(id, (stored) => {
        const epoch = last(stored.epochs);
        return {
          ...stored,
          epochs: [...stored.epochs.slice(0, -1), { ...epoch, roster: forge(epoch.roster) }],
        };
      });
      expect(await codeOf(vault.workspaces.open(id))).toBe('fork');
    }
  });

  test('a roster of a workspace that goes on is forged by nobody but its owners', async () => {
    const other = await together('Goes on');
    const desk = await bob.workspaces.open(other);
    await desk.save(transcriptOf('ours'));
    const start = await truth(bob, other);
    const [first] = start.epochs;
    const { roster } = first;
    const hash = await rosterHash({
      ...{ workspaceId: other, epoch: roster.epoch, keyNumber: roster.keyNumber },
      previous: decodeBase64url(roster.previous ?? ''),
      members: await Promise.all(
        roster.members.map(async ({ accountId, role, publicKey }) => ({
          ...{ accountId, role },
          fingerprint: await identityFingerprint({ accountId, publicKey: decodeBase64url(publicKey) }),
        })),
      ),
    });
    const stranger = newId();
    const fake = await impostor(stranger);
    const next: StoredRoster = { ...roster, epoch: roster.epoch + 1, previous: encodeBase64url(hash) };
    const mallory = { accountId: stranger, role: 'owner' as const, publicKey: fake.publicKey };
    const forged = { ...next, members: [...roster.members, mallory] };
    const outcomes: unknown[] = [];
    for (const epoch of [
      // The server brings itself in and says so itself; as Bob, who is an editor; as Alice, without her key.
      { roster: forged, sender: stranger },
      { roster: forged, sender: bob.accountId },
      { roster: forged, sender: alice.accountId },
      // A roster that skips one, one that does not follow, one that takes Alice out and keeps the key.
      { roster: { ...next, epoch: next.epoch + 1 }, sender: alice.accountId },
      { roster: { ...next, previous: encodeBase64url(new Uint8Array(32)) }, sender: alice.accountId },
      {
        roster: { ...next, members: roster.members.filter((one) => one.accountId === bob.accountId) },
        sender: alice.accountId,
      },
    ]) {
      answering(other, () => ({ ...start, epochs: [first, { ...epoch, delivery: first.delivery }] }));
      outcomes.push(await codeOf(bob.workspaces.open(other)));
    }
    expect(outcomes).toEqual([
      'untrusted_sender',
      'untrusted_sender',
      'authentication_failed',
      'fork',
      'fork',
      'invalid_document',
    ]);
    server.lie = undefined;
    expect(await desk.list()).toHaveLength(1);
  });

  test('a swapped sender, another member’s delivery, and the key of another workspace do not open', async () => {
    const third = await together('Third');
    const elsewhere = last((await truth(bob, third)).epochs);
    const alices = last((await truth(alice, id)).epochs);
    const vault = await device().unlock(person('bob'));
    const swap = (part: object) =>
      answering(id, (stored) => ({
        ...stored,
        epochs: [...stored.epochs.slice(0, -1), { ...last(stored.epochs), ...part }],
      }));
    swap({ delivery: elsewhere.delivery });
    expect(await codeOf(vault.workspaces.open(id))).toBe('authentication_failed');
    swap({ delivery: alices.delivery });
    expect(await codeOf(vault.workspaces.open(id))).toBe('authentication_failed');
    swap({ sender: bob.accountId });
    expect(await codeOf(vault.workspaces.open(id))).toBe('untrusted_sender');
    swap({ sender: newId() });
    expect(await codeOf(vault.workspaces.open(id))).toBe('untrusted_sender');
    // Everything of another workspace under this id.
    const whole = await truth(bob, third);
    answering(id, () => ({ ...whole, id }));
    expect(await codeOf(vault.workspaces.open(id))).toMatch(/fork|authentication_failed|rollback/);
  });

  test('names and acceptances of another epoch, workspace or account do not open', async () => {
    const third = await together('Names');
    const other = await truth(bob, third);
    const vault = await device().unlock(person('bob'));
    for (const part of [{ card: before.card }, { card: other.card }, { membership: other.membership }]) {
      answering(id, (stored) => ({ ...stored, ...part }));
      expect(await codeOf(vault.workspaces.open(id))).toBe('authentication_failed');
    }
    answering(id, (stored) => ({ ...stored, membership: null }));
    expect(await codeOf((await device().unlock(person('bob'))).workspaces.open(id))).toBe('unconfirmed');
  });
});

test('another number of the key is believed only from the owners', async () => {
  const id = await together('Numbers');
  const desk = await bob.workspaces.open(id);
  const { id: transcript } = await desk.save(transcriptOf('numbered'));
  server.lie = async (asked, ask) => {
    const answer = await ask(asked);
    return 'sealscribe-key-number' in answer.headers
      ? { ...answer, headers: { ...answer.headers, 'sealscribe-key-number': '7' } }
      : answer;
  };
  expect(await codeOf(desk.open(transcript))).toBe('bad_answer');
  server.lie = undefined;
  expect((await desk.open(transcript)).transcript.text).toBe('numbered');
});

test('transcripts do not move between workspaces, nor into the vault', async () => {
  const [one, two] = [await together('One'), await together('Two')];
  const [a, b] = [await bob.workspaces.open(one), await bob.workspaces.open(two)];
  const { id } = await a.save(transcriptOf('in one'));
  const { id: other } = await b.save(transcriptOf('in two'));
  server.lie = async (asked, ask) =>
    ask({
      ...asked,
      path: asked.path.replace(`${one}/transcripts/${id}`, `${two}/transcripts/${other}`),
    }).then((answer) =>
      asked.path.includes(id) && asked.path.endsWith(id)
        ? withJson(answer, (info: object) => ({ ...info, id }))
        : answer,
    );
  expect(await codeOf(a.open(id))).toBe('authentication_failed');
});
