/** Workspaces as the server keeps them: who may do what, what an epoch must be, and that nothing of one is left when it goes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INDEX_MATCH_HEADER } from '@sealscribe/protocol';
import { onPostgres } from '../store/fresh-database.js';
import { filesWith } from '../store/raw-files.js';
import { base64url, creating, newId, newParts, Person, replacing, startVault } from './vault-app.js';
import type { VaultApp } from './vault-app.js';
import { giveIdentity, join, newEpoch, newWorkspace, putShared } from './workspace-requests.js';

let vault: VaultApp;
beforeAll(async () => void (vault = await startVault()));
afterAll(() => vault.close());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => Person.signUp(vault)));
const write = (owner: Person, id: string, payload: object, epoch = 1, headers = {}) =>
  owner.send('PUT', `/v1/workspaces/${id}`, { payload, headers: { 'if-match': `"${epoch}"`, ...headers } });
const present = async (owner: Person, id: string) =>
  (await owner.send('GET', `/v1/workspaces/${id}`)).json().present;

describe('an identity', () => {
  test('is stored once and given back to its account', async () => {
    const [person] = await people(1);
    expect((await person.send('GET', '/v1/account/identity')).statusCode).toBe(404);
    const publicKey = await giveIdentity(person);
    expect((await person.send('GET', '/v1/account/identity')).json().publicKey).toBe(publicKey);
    await expect(giveIdentity(person)).rejects.toThrow('409');
  });
});

describe('an invitation', () => {
  test('has one shape for everybody, and always the same one', async () => {
    const [owner, known, bare] = await people(3);
    const id = await newWorkspace(owner);
    const publicKey = await giveIdentity(known);
    const invite = async (email: string) =>
      (await owner.send('POST', `/v1/workspaces/${id}/invitations`, { payload: { email } })).json();
    expect(await invite(known.keys.email)).toEqual({ accountId: known.accountId, publicKey });
    for (const email of ['nobody@example.com', bare.keys.email]) {
      const invented = await invite(email);
      expect(invented.accountId).not.toBe(bare.accountId);
      expect(await invite(email)).toEqual(invented);
      expect([invented.accountId.length, invented.publicKey.length]).toEqual([22, publicKey.length]);
    }
    expect((await known.send('GET', '/v1/workspaces')).json()).toMatchObject({
      workspaces: [],
      invitations: [{ id, inviter: { accountId: owner.accountId } }],
    });
    expect((await bare.send('GET', '/v1/workspaces')).json().invitations).toEqual([]);
    expect((await owner.send('GET', `/v1/workspaces/${id}`)).json().invitations).toHaveLength(3);
    // To decline is to leave.
    expect((await known.send('DELETE', `/v1/workspaces/${id}/membership`)).statusCode).toBe(204);
    expect((await known.send('GET', '/v1/workspaces')).json().invitations).toEqual([]);
  });

  test('is needed by whoever is new in a roster: without it, or with another key, they get no place', async () => {
    const [owner, stranger] = await people(2);
    const id = await newWorkspace(owner);
    await giveIdentity(stranger);
    const epoch = newEpoch(
      [
        [owner, 'owner'],
        [stranger, 'editor'],
      ],
      { epoch: 2 },
    );
    expect((await write(owner, id, epoch)).statusCode).toBe(200);
    expect(await present(owner, id)).toEqual([{ accountId: owner.accountId, state: 'member' }]);
    expect((await stranger.send('GET', `/v1/workspaces/${id}`)).statusCode).toBe(404);
  });
});

describe('an epoch', () => {
  test('follows the one before, by an owner, with what belongs to it', async () => {
    const [owner, editor, reader] = await people(3);
    const id = await newWorkspace(owner);
    await join(id, owner, editor, 'editor');
    await giveIdentity(reader);
    const three = { epoch: 3 };
    const both = [
      [owner, 'owner'],
      [editor, 'editor'],
    ] as const;
    const good = newEpoch(both, three);
    const alone = newEpoch([[owner, 'owner']], three);
    const rekeyed = { transcriptKeys: {}, index: base64url(1096) };
    const index = { [INDEX_MATCH_HEADER]: '"1"' };
    const answers = await Promise.all([
      write(editor, id, good, 2),
      write(reader, id, newEpoch([[reader, 'owner']], three), 2),
      write(owner, id, good, 1),
      write(owner, id, newEpoch(both, { epoch: 4 }), 3),
      write(owner, id, newEpoch([[editor, 'owner']], three), 2),
      write(owner, id, newEpoch([...both, ...both], three), 2),
      write(owner, id, { ...good, deliveries: {} }, 2),
      // Without the other key that taking somebody out needs; with one that nothing was sealed under; one too far.
      write(owner, id, alone, 2),
      write(owner, id, newEpoch([[owner, 'owner']], { epoch: 3, keyNumber: 2 }), 2),
      write(owner, id, { ...good, rekeyed }, 2, index),
      write(owner, id, { ...newEpoch(both, { epoch: 3, keyNumber: 3 }), rekeyed }, 2, index),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      ...[403, 404, 400, 409, 400, 400, 400],
      ...[400, 400, 400, 400],
    ]);
    expect((await write(owner, id, good, 2)).statusCode).toBe(200);
    expect((await write(owner, id, good, 2)).json().error.code).toBe('revision_conflict');
  });

  test('with another key seals every transcript anew or changes nothing, and takes the place away', async () => {
    const [owner, editor] = await people(2);
    const id = await newWorkspace(owner);
    await join(id, owner, editor, 'editor');
    const transcript = newId();
    const parts = newParts();
    expect((await putShared(editor, id, transcript, parts)).statusCode).toBe(201);
    const next = newEpoch([[owner, 'owner']], { epoch: 3, keyNumber: 2 });
    const rekey = (transcriptKeys: object, index: number) =>
      write(owner, id, { ...next, rekeyed: { transcriptKeys, index: base64url(1096) } }, 2, {
        [INDEX_MATCH_HEADER]: `"${index}"`,
      });
    const key = base64url(104);
    expect((await rekey({}, 2)).statusCode).toBe(409);
    expect((await rekey({ [transcript]: key }, 1)).statusCode).toBe(409);
    expect((await editor.send('GET', `/v1/workspaces/${id}/transcripts`)).statusCode).toBe(200);
    expect((await rekey({ [transcript]: key }, 2)).statusCode).toBe(200);
    const card = await owner.send('GET', `/v1/workspaces/${id}/transcripts/${transcript}`);
    expect([card.json().key, card.headers['sealscribe-key-number']]).toEqual([key, '2']);
    expect(filesWith(vault.folder, parts.key.subarray(0, 24))).toEqual([]);
    for (const path of ['', '/transcripts', `/transcripts/${transcript}`, '/index'])
      expect((await editor.send('GET', `/v1/workspaces/${id}${path}`)).statusCode).toBe(404);
  });

  test('is kept until every member is past it', async () => {
    const [owner, editor] = await people(2);
    const id = await newWorkspace(owner);
    await join(id, owner, editor, 'editor');
    const both = [
      [owner, 'owner'],
      [editor, 'editor'],
    ] as const;
    for (const epoch of [3, 4]) await write(owner, id, newEpoch(both, { epoch }), epoch - 1);
    const epochsOf = async (person: Person) =>
      (await person.send('GET', `/v1/workspaces/${id}`))
        .json()
        .epochs.map(({ roster }: { roster: { epoch: number } }) => roster.epoch);
    expect(await epochsOf(editor)).toEqual([2, 3, 4]);
    expect(await epochsOf(owner)).toEqual([4]);
    const accept = (epoch: number) =>
      editor.send('PUT', `/v1/workspaces/${id}/membership`, {
        payload: { epoch, membership: base64url(1096) },
      });
    expect((await accept(5)).statusCode).toBe(400);
    await accept(4);
    await accept(3);
    expect(await epochsOf(editor)).toEqual([4]);
  });
});

describe('a role', () => {
  test('is what the server lets somebody do; before accepting it is nothing', async () => {
    const [owner, reader, invited] = await people(3);
    const id = await newWorkspace(owner);
    await join(id, owner, reader, 'reader');
    const transcript = newId();
    await putShared(owner, id, transcript);
    expect((await putShared(reader, id, newId(), newParts(), creating(2))).statusCode).toBe(403);
    const change = await putShared(reader, id, transcript, newParts(), replacing(1, 2));
    expect(change.json().error.code).toBe('forbidden');
    expect(
      (await reader.send('GET', `/v1/workspaces/${id}/transcripts/${transcript}/words`)).statusCode,
    ).toBe(200);

    await giveIdentity(invited);
    await owner.send('POST', `/v1/workspaces/${id}/invitations`, {
      payload: { email: invited.keys.email },
    });
    const three = [
      [owner, 'owner'],
      [reader, 'reader'],
      [invited, 'owner'],
    ] as const;
    expect((await write(owner, id, newEpoch(three, { epoch: 3 }), 2)).statusCode).toBe(200);
    expect((await invited.send('GET', `/v1/workspaces/${id}/transcripts`)).statusCode).toBe(403);
    expect((await invited.send('DELETE', `/v1/workspaces/${id}`)).statusCode).toBe(403);
    // An owner who has not accepted cannot be the one who is left.
    expect((await owner.send('DELETE', `/v1/workspaces/${id}/membership`)).statusCode).toBe(409);
  });
});

describe('the end', () => {
  test.skipIf(onPostgres)(
    'of a workspace leaves no byte of it; of an account, none of what it alone owned',
    async () => {
      const [owner, editor] = await people(2);
      for (const end of [
        (id: string) => owner.send('DELETE', `/v1/workspaces/${id}`),
        () => owner.send('DELETE', '/v1/account'),
      ]) {
        const id = newId();
        if (!(await owner.send('GET', '/v1/account/identity')).json().publicKey) await giveIdentity(owner);
        const epoch = newEpoch([[owner, 'owner']]);
        await owner.send('PUT', `/v1/workspaces/${id}`, { payload: epoch, headers: creating(0) });
        if (
          (await present(owner, id)).length === 1 &&
          !(await editor.send('GET', '/v1/account/identity')).json().publicKey
        )
          await join(id, owner, editor, 'editor');
        const parts = newParts();
        await putShared(owner, id, newId(), parts);
        const traces = [...Object.values(parts).map((part) => part.subarray(0, 24)), Buffer.from(id)];
        for (const trace of traces) expect(filesWith(vault.folder, trace)).not.toEqual([]);
        expect((await end(id)).statusCode).toBe(204);
        for (const trace of traces) expect(filesWith(vault.folder, trace)).toEqual([]);
        expect((await editor.send('GET', `/v1/workspaces/${id}`)).statusCode).toBe(404);
      }
    },
  );

  test('of one owner leaves the workspace to the others', async () => {
    const [owner, other] = await people(2);
    const id = await newWorkspace(owner);
    await join(id, owner, other, 'owner');
    await putShared(owner, id, newId());
    expect((await owner.send('DELETE', '/v1/account')).statusCode).toBe(204);
    expect((await other.send('GET', `/v1/workspaces/${id}/transcripts`)).json().transcripts).toHaveLength(1);
    expect(await present(other, id)).toEqual([{ accountId: other.accountId, state: 'member' }]);
  });
});
