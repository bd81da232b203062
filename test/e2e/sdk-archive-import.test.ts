/**
 * An archive brought into another account: everything as it was, sealed anew; done again it changes nothing, broken off it goes on,
 * and what was changed or deleted there is respected.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  Sealscribe,
  newRecoveryWords,
  openArchive,
  setText,
  type Archive,
  type ImportResult,
  type Vault,
} from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import { readTar, writeTar } from './tar-files.js';

let server: RunningServer;
let client: Sealscribe;
let vault: Vault;
let early: Archive;
let archive: Archive;
let bytes: Buffer;
let id: string;
let other: string;
let blob: string;
const owner = { email: 'old@example.com', password: 'correct horse battery staple' };
const recoveryWords = await newRecoveryWords();
const first = transcriptOf('ask knot what');
const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
const save = async () => Buffer.from(await new Response(client.exportArchive()).arrayBuffer());
beforeAll(async () => {
  server = await startServer();
  client = device();
  vault = await client.signUp(owner, { recoveryWords });
  ({ id } = await vault.save(first, { title: 'Draft', tags: ['speech'], fileName: 'jfk.wav' }));
  early = await openArchive(await save(), owner);
  await vault.update(id, { transcript: setText(first, 0, 'ask not what') });
  await vault.update(id, { title: 'Inaugural' });
  ({ id: other } = await vault.save(transcriptOf('ich bin ein Berliner')));
  ({ id: blob } = await (await client.privateMode(owner)).save(first, { title: 'private' }));
  bytes = await save();
  archive = await openArchive(bytes, owner);
});
afterAll(() => server?.stop());

let count = 0;
/** A new account, empty. */
async function newAccount() {
  const newOwner = { email: `new-${(count += 1)}@example.com`, password: `a new password ${count}` };
  const target = device();
  const to = await target.signUp(newOwner);
  const bring = (from = archive, options = {}) => target.importArchive(from, newOwner, options);
  return { owner: newOwner, target, vault: to, bring };
}
const outcomes = ({ transcripts, privateMode }: ImportResult) =>
  [...transcripts, ...(privateMode ?? [])].map(({ outcome }) => outcome);
const everythingOf = async (of: Pick<Vault, 'list' | 'history' | 'openRevision'>) =>
  Promise.all(
    (await of.list()).map(async (entry) =>
      Promise.all((await of.history(entry.id)).map(({ revision }) => of.openRevision(entry.id, revision))),
    ),
  );

test('everything comes over with ids, dates and history; done again nothing changes', async () => {
  const { target, owner: newOwner, vault: to, bring } = await newAccount();
  const progress: unknown[] = [];
  const result = await bring(archive, { onProgress: (one: unknown) => progress.push(one) });
  expect(result).toEqual({
    transcripts: [
      { id, from: id, outcome: 'imported' },
      { id: other, from: other, outcome: 'imported' },
    ],
    privateMode: [{ id: blob, from: blob, outcome: 'imported' }],
    problems: [],
  });
  expect(progress).toEqual([
    { done: 1, total: 2 },
    { done: 2, total: 2 },
    { done: 1, total: 1 },
  ]);
  expect(await everythingOf(to)).toEqual(await everythingOf(vault));
  expect((await (await target.privateMode(newOwner)).open(blob)).title).toBe('private');
  const fingerprint = await to.fingerprint();
  expect(outcomes(await bring())).toEqual(['unchanged', 'unchanged', 'unchanged']);
  expect(await to.fingerprint()).toBe(fingerprint);
  // A part that a revision did not change is stored once there too.
  const names = (bytes: Buffer) => readTar(bytes).map(({ name }) => name);
  expect(names(Buffer.from(await new Response(target.exportArchive()).arrayBuffer()))).toEqual(names(bytes));
});

test('broken off, it goes on: after a transcript, and in the middle of a history', async () => {
  const { vault: to, bring } = await newAccount();
  // As far as the first revision.
  expect(outcomes(await bring(early))).toEqual(['imported']);
  const interrupt = new AbortController();
  const broken = bring(archive, { signal: interrupt.signal, onProgress: () => interrupt.abort() });
  await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
  expect((await to.list()).map((entry) => [entry.id, entry.revision])).toEqual([[id, 3]]);
  expect(outcomes(await bring())).toEqual(['unchanged', 'imported', 'imported']);
  expect(await everythingOf(to)).toEqual(await everythingOf(vault));
});

test('what was changed in the account is kept; what was deleted comes back under one other id', async () => {
  const { vault: to, bring } = await newAccount();
  await bring();
  await to.update(id, { title: 'Mine' });
  await to.delete(other);
  const result = await bring();
  expect(outcomes(result)).toEqual(['kept', 'imported', 'unchanged']);
  const again = result.transcripts[1];
  expect(again).toMatchObject({ from: other, outcome: 'imported' });
  expect(again.id).not.toBe(other);
  expect((await to.open(again.id)).transcript.text).toBe('ich bin ein Berliner');
  expect((await to.open(id)).title).toBe('Mine');
  expect((await bring()).transcripts[1]).toEqual({ ...again, outcome: 'unchanged' });
});

test('a rotated account key in between is no obstacle', async () => {
  const { target, owner: newOwner, bring } = await newAccount();
  await bring(early);
  const to = await target.rotateAccountKey(newOwner, await newRecoveryWords());
  expect(outcomes(await bring())).toEqual(['imported', 'imported', 'imported']);
  expect((await to.open(id)).transcript).toEqual((await vault.open(id)).transcript);
  expect(outcomes(await bring())).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('two devices that import at the same time make one of each', async () => {
  const { owner: newOwner, vault: to, bring } = await newAccount();
  const second = device();
  await Promise.all([bring(), second.importArchive(archive, newOwner)]);
  expect(await everythingOf(to)).toEqual(await everythingOf(vault));
});

test('with the recovery words everything comes but private mode; what cannot be trusted stays behind and is told', async () => {
  const { vault: to, bring } = await newAccount();
  const tampered = writeTar(
    readTar(bytes).map(({ name, data }) => {
      const copy = Buffer.from(data);
      if (name.endsWith('transcript.1') && name.includes(id)) copy[99] ^= 1;
      return { name, data: copy };
    }),
  );
  const result = await bring(await openArchive(tampered, { recoveryWords }));
  expect(result.privateMode).toBe(undefined);
  expect(result.problems).toMatchObject([{ id, code: 'authentication_failed' }]);
  expect((await to.list()).map((entry) => entry.id)).toEqual([other]);
});

test('back into the same account: only what was lost is written', async () => {
  const fingerprint = await vault.fingerprint();
  expect(outcomes(await client.importArchive(archive, owner))).toEqual([
    'unchanged',
    'unchanged',
    'unchanged',
  ]);
  expect(await vault.fingerprint()).toBe(fingerprint);
  await client.deleteData();
});
