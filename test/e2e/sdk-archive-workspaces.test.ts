/** Workspaces in an archive: what a member could read, the member reads from the file, with everything checked. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sealscribe, openArchive, setText, type Vault } from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import { readTar, writeTar } from './tar-files.js';

let server: RunningServer;
const password = 'correct horse battery staple';
const person = (name: string) => ({ email: `${name}@example.com`, password });
const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
const save = async (client: Sealscribe) =>
  Buffer.from(await new Response(client.exportArchive()).arrayBuffer());
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
let alice: Vault;
let bobs: Sealscribe;
let bob: Vault;
let team: string;
let shared: string;
let before: Buffer;
let after: Buffer;

async function bringIn(vault: Vault, name: string) {
  const { fingerprint } = await vault.workspaces.identity();
  await alice.workspaces.invite(team, `${name}@example.com`);
  await alice.workspaces.confirm(team, `${name}@example.com`, { fingerprint, role: 'editor' });
}

beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1'] });
  bobs = device();
  [alice, bob] = await Promise.all([device().signUp(person('alice')), bobs.signUp(person('bob'))]);
  const carol = await device().signUp(person('carol'));
  const workspace = await alice.workspaces.create('Newsroom');
  team = workspace.id;
  await bringIn(bob, 'bob');
  await bob.workspaces.accept(team, { fingerprint: (await alice.workspaces.identity()).fingerprint });
  const first = transcriptOf('ask knot what');
  ({ id: shared } = await workspace.save(first, { title: 'Shared' }));
  await workspace.update(shared, { transcript: setText(first, 0, 'ask not what') });
  before = await save(bobs);
  // Two rosters and another key that Bob's devices have not seen when the archive is made.
  await bringIn(carol, 'carol');
  await alice.workspaces.remove(team, 'carol@example.com');
  after = await save(bobs);
});
afterAll(() => server?.stop());

test('a member reads workspaces from the file, before and after rosters that were not followed yet', async () => {
  for (const bytes of [before, after]) {
    const { vault } = await openArchive(bytes, person('bob'));
    expect(await vault.list()).toEqual([]);
    expect(await vault.workspaces.list()).toMatchObject([{ id: team, name: 'Newsroom', role: 'editor' }]);
    const workspace = await vault.workspaces.open(team);
    expect(await workspace.list()).toMatchObject([{ id: shared, title: 'Shared', revision: 2 }]);
    expect((await workspace.open(shared)).transcript.text).toBe('ask not what');
    expect((await workspace.openRevision(shared, 1)).transcript.text).toBe('ask knot what');
  }
  expect((await (await bob.workspaces.open(team)).open(shared)).transcript.text).toBe('ask not what');
});

test('another member has an archive of their own, and a stranger none of it', async () => {
  expect(readTar(after).filter(({ name }) => name.startsWith('transcripts/'))).toEqual([]);
  expect(after.includes('example.com')).toBe(false);
  const client = device();
  await client.signUp(person('dave'));
  expect(readTar(await save(client)).map(({ name }) => name)).toEqual(['manifest.json']);
});

test('a roster that was left out, and a part that was changed, are found out', async () => {
  type Workspace = { epochs: unknown[] };
  const changed = (name: RegExp, change: (data: Buffer) => Buffer) =>
    writeTar(
      readTar(after).map((entry) => (name.test(entry.name) ? { ...entry, data: change(entry.data) } : entry)),
    );
  const withoutRoster = changed(/workspace\.json$/, (data) => {
    const value = JSON.parse(data.toString()) as Workspace;
    return Buffer.from(JSON.stringify({ ...value, epochs: value.epochs.slice(1) }));
  });
  const first = await openArchive(withoutRoster, person('bob'));
  expect(await failure(first.vault.workspaces.open(team))).toMatchObject({ name: 'IntegrityError' });
  const flipped = changed(/transcript\.2$/, (data) => {
    const copy = Buffer.from(data);
    copy[copy.length >> 1] ^= 1;
    return copy;
  });
  const workspace = await (await openArchive(flipped, person('bob'))).vault.workspaces.open(team);
  expect(await failure(workspace.open(shared))).toMatchObject({ code: 'authentication_failed', id: shared });
});
