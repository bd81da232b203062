/** Workspaces through the SDK against a real server: three people, one set of transcripts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConflictError,
  MemoryFreshness,
  Sealscribe,
  newRecoveryWords,
  openShare,
  setText,
  type Vault,
} from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let server: RunningServer;
const password = 'correct horse battery staple';
const person = (name: string) => ({ email: `${name}@example.com`, password });
const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
let alice: Vault;
let bob: Vault;
let carol: Vault;

beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1'] });
  [alice, bob, carol] = await Promise.all([
    device().signUp(person('alice')),
    device().signUp(person('bob')),
    device().signUp(person('carol')),
  ]);
});
afterAll(() => server?.stop());

const fingerprintOf = async (vault: Vault) => (await vault.workspaces.identity()).fingerprint;

/** Alice brings somebody in, each with the fingerprint that the other one sees. */
async function bringIn(id: string, vault: Vault, name: string, role: 'owner' | 'editor' | 'reader') {
  const fingerprint = await fingerprintOf(vault);
  await alice.workspaces.invite(id, `${name}@example.com`);
  await alice.workspaces.confirm(id, `${name}@example.com`, { fingerprint, role });
  return vault.workspaces.accept(id, { fingerprint: await fingerprintOf(alice) });
}

test('the whole journey: create, invite, compare, confirm, accept, share, edit, leave, delete', async () => {
  const news = await alice.workspaces.create('Newsroom', { email: 'alice@example.com' });
  const { id } = news;
  expect([news.name, news.role]).toEqual(['Newsroom', 'owner']);

  const bobs = await bob.workspaces.identity();
  expect(bobs.fingerprint).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(await alice.workspaces.invite(id, 'BOB@example.com ')).toEqual(bobs);
  expect(await bob.workspaces.invitations()).toEqual([
    { workspaceId: id, from: await alice.workspaces.identity(), confirmed: false },
  ]);
  // Nothing was sealed to him yet.
  await expect(bob.workspaces.open(id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(bob.workspaces.accept(id, { fingerprint: await fingerprintOf(alice) })).rejects.toMatchObject({
    code: 'not_found',
  });

  const typed = bobs.fingerprint.toLowerCase().replaceAll('-', ' ');
  const member = await alice.workspaces.confirm(id, 'bob@example.com', { fingerprint: typed });
  expect(member).toEqual({ ...bobs, email: 'bob@example.com', role: 'editor', state: 'invited' });
  expect(await bob.workspaces.invitations()).toMatchObject([{ workspaceId: id, confirmed: true }]);
  await expect(bob.workspaces.open(id)).rejects.toMatchObject({ code: 'unconfirmed' });
  const his = await bob.workspaces.accept(id, { fingerprint: await fingerprintOf(alice) });
  expect([his.name, his.role]).toEqual(['Newsroom', 'editor']);
  expect(await bob.workspaces.invitations()).toEqual([]);

  const { id: own } = await alice.save(transcriptOf('ask knot what'), { title: 'Speech', tags: ['1961'] });
  const shared = await alice.workspaces.add(id, own);
  const opened = await his.open(shared.id);
  expect(opened).toMatchObject({
    title: 'Speech',
    tags: ['1961'],
    transcript: transcriptOf('ask knot what'),
  });
  await his.update(shared.id, { transcript: setText(opened.transcript, 0, 'ask not what') });
  expect((await news.open(shared.id)).transcript.text).toBe('ask not what');
  expect((await news.history(shared.id)).map(({ revision }) => revision)).toEqual([2, 1]);
  expect((await news.search('not what')).map(({ text }) => text)).toEqual(['ask not what']);
  // The vault that it came from has its own.
  expect((await alice.open(own)).transcript.text).toBe('ask knot what');
  expect(await news.fingerprint()).toBe(await his.fingerprint());

  await alice.workspaces.rename(id, 'News desk');
  expect(await bob.workspaces.list()).toEqual([{ id, name: 'News desk', role: 'editor', members: 2 }]);
  expect(his.name).toBe('News desk');
  expect(await bob.workspaces.members(id)).toEqual(
    expect.arrayContaining([
      { ...(await alice.workspaces.identity()), email: 'alice@example.com', role: 'owner', state: 'member' },
      { ...bobs, email: 'bob@example.com', role: 'editor', state: 'member' },
    ]),
  );

  await expect(alice.workspaces.leave(id)).rejects.toMatchObject({ code: 'conflict' });
  await bob.workspaces.leave(id);
  await expect(bob.workspaces.open(id)).rejects.toMatchObject({ code: 'not_found' });
  expect((await alice.workspaces.members(id)).map(({ state }) => state).sort()).toEqual(['left', 'member']);
  await alice.workspaces.remove(id, 'bob@example.com');
  expect(await alice.workspaces.members(id)).toHaveLength(1);
  await alice.workspaces.delete(id);
  expect(await alice.workspaces.list()).toEqual([]);
  await expect(alice.workspaces.open(id)).rejects.toMatchObject({ code: 'not_found' });
});

test('two editors who meet: one conflict, nothing lost', async () => {
  const desk = await alice.workspaces.create('Desk');
  const his = await bringIn(desk.id, bob, 'bob', 'editor');
  const { id } = await desk.save(transcriptOf('one two'));
  const [a, b] = [await desk.open(id), await his.open(id)];
  const results = await Promise.allSettled([
    desk.update(id, { transcript: setText(a.transcript, 0, 'one two three') }, { revision: 1 }),
    his.update(id, { transcript: setText(b.transcript, 0, 'zero one two') }, { revision: 1 }),
  ]);
  const lost = results.filter((result) => result.status === 'rejected');
  expect(lost).toHaveLength(1);
  const conflict = lost[0]?.reason as ConflictError;
  expect(conflict).toMatchObject({ code: 'conflict', id, baseRevision: 1, current: { revision: 2 } });
  expect(conflict.current?.transcript.text).toBe((await desk.open(id)).transcript.text);
  await his.update(id, { transcript: transcriptOf('zero one two three') }, { revision: 2 });
  expect((await desk.history(id)).map(({ revision }) => revision)).toEqual([3, 2, 1]);
  // Different transcripts at once meet in the index alone, which is nobody's conflict.
  await Promise.all(
    ['x', 'y', 'z'].flatMap((text) => [desk.save(transcriptOf(text)), his.save(transcriptOf(text))]),
  );
  expect(await desk.list()).toHaveLength(7);
  expect(await his.list()).toHaveLength(7);
});

describe('roles', () => {
  test('a reader reads, and the server takes no write of theirs', async () => {
    const desk = await alice.workspaces.create('Readers');
    const hers = await bringIn(desk.id, carol, 'carol', 'reader');
    const { id } = await desk.save(transcriptOf('read me'));
    expect(hers.role).toBe('reader');
    expect((await hers.open(id)).transcript.text).toBe('read me');
    for (const write of [
      () => hers.save(transcriptOf('mine')),
      () => hers.update(id, { title: 'Mine' }),
      () => hers.delete(id),
      () => hers.forgetHistory(id),
      () => carol.workspaces.invite(desk.id, 'bob@example.com'),
      () => carol.workspaces.rename(desk.id, 'Mine'),
      () => carol.workspaces.setRole(desk.id, alice.accountId, 'reader'),
      () => carol.workspaces.remove(desk.id, alice.accountId),
      () => carol.workspaces.delete(desk.id),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'forbidden', status: 403 });

    await alice.workspaces.setRole(desk.id, 'carol@example.com', 'editor');
    await hers.update(id, { title: 'Ours' });
    await expect(carol.workspaces.rename(desk.id, 'Mine')).rejects.toMatchObject({ code: 'forbidden' });
    await alice.workspaces.setRole(desk.id, carol.accountId, 'owner');
    await carol.workspaces.rename(desk.id, 'Ours');
    expect((await alice.workspaces.open(desk.id)).name).toBe('Ours');
    // Now there is another owner, the first one may go.
    await alice.workspaces.leave(desk.id);
    await carol.workspaces.remove(desk.id, alice.accountId);
    expect(await carol.workspaces.members(desk.id)).toHaveLength(1);
    await expect(carol.workspaces.remove(desk.id, carol.accountId)).rejects.toBeInstanceOf(RangeError);
    await expect(carol.workspaces.remove(desk.id, 'nobody@example.com')).rejects.toBeInstanceOf(RangeError);
  });

  test('an owner who lost a race starts again, and both changes are there', async () => {
    const { id } = await alice.workspaces.create('Race');
    await bringIn(id, bob, 'bob', 'owner');
    const fingerprint = await fingerprintOf(carol);
    await Promise.all([
      alice.workspaces.rename(id, 'Raced'),
      bob.workspaces.confirm(id, 'carol@example.com', { fingerprint, role: 'reader' }),
    ]);
    const hers = await carol.workspaces.accept(id, { fingerprint: await fingerprintOf(bob) });
    expect(hers.name).toBe('Raced');
    expect(await alice.workspaces.members(id)).toHaveLength(3);
  });
});

test('whoever is removed keeps what they could read, and reads nothing that is new', async () => {
  const desk = await alice.workspaces.create('Rotation');
  const his = await bringIn(desk.id, bob, 'bob', 'editor');
  const hers = await bringIn(desk.id, carol, 'carol', 'editor');
  const { id } = await desk.save(transcriptOf('before'));
  await his.open(id);
  await hers.open(id);
  await alice.workspaces.remove(desk.id, 'bob@example.com');
  for (const read of [
    () => his.open(id),
    () => his.list(),
    () => his.save(transcriptOf('mine')),
    () => his.search('new'),
  ])
    await expect(read()).rejects.toMatchObject({ code: 'not_found' });
  await expect(bob.workspaces.open(desk.id)).rejects.toMatchObject({ code: 'not_found' });

  // Carol had it open all the while: she goes on with the new key, and the next write makes a new key for the transcript.
  await hers.update(id, { title: 'After' });
  expect(await desk.open(id)).toMatchObject({ title: 'After', revision: 2 });
  expect(await desk.history(id)).toHaveLength(1);
  await hers.save(transcriptOf('new'));
  expect(await desk.list()).toHaveLength(2);
  expect(await hers.history(id)).toHaveLength(1);
});

test('a write that meets a rotation is made anew under the new key', async () => {
  const desk = await alice.workspaces.create('Meeting');
  await bringIn(desk.id, bob, 'bob', 'editor');
  const hers = await bringIn(desk.id, carol, 'carol', 'editor');
  const { id } = await desk.save(transcriptOf('old'));
  await hers.open(id);
  const writes = [
    hers.save(transcriptOf('one')),
    hers.update(id, { title: 'Two' }),
    desk.save(transcriptOf('three')),
  ];
  await Promise.all([alice.workspaces.remove(desk.id, 'bob@example.com'), ...writes]);
  const again = await (await device().unlock(person('carol'))).workspaces.open(desk.id);
  const all = await again.list();
  expect(all).toHaveLength(3);
  for (const entry of all) await again.open(entry.id);
});

test('another device of a member goes on from what the account accepted', async () => {
  const desk = await alice.workspaces.create('Devices');
  await bringIn(desk.id, bob, 'bob', 'editor');
  const { id } = await desk.save(transcriptOf('everywhere'));
  const freshness = new MemoryFreshness();
  const phone = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, freshness });
  const there = await (await phone.unlock(person('bob'))).workspaces.open(desk.id);
  expect((await there.open(id)).transcript.text).toBe('everywhere');
  for (const name of ['a', 'b', 'c']) await alice.workspaces.rename(desk.id, name);
  expect((await (await device().unlock(person('bob'))).workspaces.open(desk.id)).name).toBe('c');
  await there.list();
  expect((await (await phone.unlock(person('bob'))).workspaces.open(desk.id)).name).toBe('c');
});

test('a rotated account key keeps identity and workspaces; locking closes them', async () => {
  const owner = await device().signUp(person('dora'));
  const desk = await owner.workspaces.create('Kept');
  const { id } = await desk.save(transcriptOf('kept'));
  const { fingerprint } = await owner.workspaces.identity();
  const rotated = await device().rotateAccountKey(person('dora'), await newRecoveryWords());
  expect((await rotated.workspaces.identity()).fingerprint).toBe(fingerprint);
  const kept = await rotated.workspaces.open(desk.id);
  expect((await kept.open(id)).transcript.text).toBe('kept');
  rotated.lock();
  await expect(kept.open(id)).rejects.toMatchObject({ code: 'locked' });
  await expect(rotated.workspaces.list()).rejects.toMatchObject({ code: 'locked' });

  await device().deleteAccount(person('dora'));
  expect(await alice.workspaces.list()).not.toContainEqual(expect.objectContaining({ id: desk.id }));
});

test('an API key reads and writes in workspaces, and brings nobody in', async () => {
  const { id } = await alice.workspaces.create('Scripts');
  await bringIn(id, bob, 'bob', 'editor');
  const owner = device();
  await owner.signIn(person('bob'));
  const { key: apiKey } = await owner.access.createApiKey();
  await alice.workspaces.rename(id, 'For scripts');
  const script = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, apiKey });
  const there = await (await script.unlock(person('bob'))).workspaces.open(id);
  await there.save(transcriptOf('by a script'));
  expect([there.name, (await there.list()).length]).toEqual(['For scripts', 1]);
});

test('a link to a transcript of a workspace is that of a copy in the vault of whoever makes it', async () => {
  const { id } = await alice.workspaces.create('Links');
  const editor = await bringIn(id, bob, 'bob', 'editor');
  const reader = await bringIn(id, carol, 'carol', 'reader');
  const { id: shared } = await editor.save(transcriptOf('for everybody'), { title: 'Open', tags: ['t'] });
  const before = (await bob.list()).length;

  const share = await editor.share(shared, { password: 'by telephone', views: 3 });
  const reading = { password: 'by telephone', fingerprint: server.fingerprint };
  expect(await openShare(share.link, reading)).toMatchObject({
    title: 'Open',
    transcript: { text: 'for everybody' },
  });
  expect(share.transcriptId).not.toBe(shared);
  expect(await bob.open(share.transcriptId)).toMatchObject({ title: 'Open', tags: ['t'], revision: 1 });
  expect((await bob.shares()).map(({ link }) => link)).toEqual([share.link]);
  expect(await alice.shares()).toEqual([]);

  // What is refused leaves no copy.
  await expect(editor.share(shared, { range: [90, 91] })).rejects.toBeInstanceOf(RangeError);
  await expect(editor.share(shared, { views: 0 })).rejects.toBeInstanceOf(RangeError);
  await expect(reader.share(shared)).rejects.toMatchObject({ code: 'forbidden' });
  expect((await bob.list()).length).toBe(before + 1);

  // It is the one who made it who ends it, not what happens in the workspace.
  await alice.workspaces.remove(id, 'bob@example.com');
  await alice.workspaces.delete(id);
  expect((await openShare(share.link, reading)).title).toBe('Open');
  await bob.delete(share.transcriptId);
  await expect(openShare(share.link, reading)).rejects.toMatchObject({ code: 'share_gone' });
});

test('an email that nobody has gets an answer like any other, always the same', async () => {
  const { id } = await alice.workspaces.create('Strangers');
  const stranger = await alice.workspaces.invite(id, 'nobody-at-all@example.com');
  expect(stranger).toEqual(await alice.workspaces.invite(id, 'Nobody-At-All@example.com'));
  expect(Object.keys(stranger)).toEqual(Object.keys(await alice.workspaces.invite(id, 'bob@example.com')));
  await alice.workspaces.withdraw(id, stranger.accountId);
  await expect(alice.workspaces.withdraw(id, stranger.accountId)).rejects.toMatchObject({
    code: 'not_found',
  });
  const wrong = { fingerprint: await fingerprintOf(carol) };
  await expect(alice.workspaces.confirm(id, 'bob@example.com', wrong)).rejects.toMatchObject({
    code: 'wrong_fingerprint',
  });
  await expect(
    alice.workspaces.confirm(id, 'bob@example.com', { fingerprint: 'abc' }),
  ).rejects.toBeInstanceOf(TypeError);
  expect(await alice.workspaces.members(id)).toHaveLength(1);
});
