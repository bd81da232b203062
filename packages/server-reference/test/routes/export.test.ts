/** The archive of an account: every sealed byte under its name, one state of it, nobody else's, and no archive that is not whole. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { archiveManifestSchema } from '@sealscribe/protocol';
import { listArchive } from '../../src/store/export.js';
import { base64url, bytesOf, creating, newId, newParts, Person, replacing, startVault } from './vault-app.js';
import type { SealedParts, VaultApp } from './vault-app.js';
import { readTar } from './read-tar.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => void (person = await Person.signUp(vault)));
afterAll(() => vault.close());

const fetchArchive = async (of = person) => {
  const answer = await of.send('GET', '/v1/account/export');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/x-tar',
    'content-length': String(answer.rawPayload.length),
    'cache-control': 'no-store',
  });
  return readTar(answer.rawPayload);
};
const list = () => listArchive(vault.store, person.accountId, new Date());

/** A transcript with three revisions: card and body replaced, then the card alone. */
async function plant() {
  const id = newId();
  const blob = { id: newId(), bytes: bytesOf(700) };
  const [first, second, third] = [newParts(), newParts(), newParts()] as [
    SealedParts,
    SealedParts,
    SealedParts,
  ];
  await person.putBlob(blob.id, bytesOf(300));
  await person.putBlob(blob.id, blob.bytes, { 'if-match': '"1"' });
  await person.putTranscript(id, first, creating(0));
  const { card, transcript, index } = second;
  await person.putTranscript(id, { card, transcript, index }, replacing(1, 1));
  const answer = await person.putTranscript(id, { card: third.card, index: third.index }, replacing(2, 2));
  expect(answer.statusCode).toBe(200);
  const files = {
    'index.3': third.index,
    [`transcripts/${id}/key`]: first.key,
    [`transcripts/${id}/card.1`]: first.card,
    [`transcripts/${id}/card.2`]: second.card,
    [`transcripts/${id}/card.3`]: third.card,
    [`transcripts/${id}/transcript.1`]: first.transcript,
    [`transcripts/${id}/transcript.2`]: second.transcript,
    [`transcripts/${id}/words.1`]: first.words,
    [`blobs/${blob.id}.2`]: blob.bytes,
  };
  return { id, blob, files };
}

test('every sealed byte is there once, under its name, and nothing of anybody else', async () => {
  const { files } = await plant();
  const other = await Person.signUp(vault);
  await other.putBlob(newId(), bytesOf(40));
  const { 'manifest.json': manifest, ...rest } = await fetchArchive();
  expect(rest).toEqual(files);
  const { email, authKey, ...keys } = person.keys;
  const { accountId } = person;
  expect(archiveManifestSchema.parse(JSON.parse(String(manifest)))).toEqual({
    format: 'sealscribe-archive',
    version: 1,
    createdAt: expect.any(String),
    account: { accountId, ...keys },
  });
  expect(String(manifest)).not.toContain(email);
  expect(String(manifest)).not.toContain(authKey);
});

test('an account without anything has a manifest alone; its recovery wrap stands in it', async () => {
  const wrap = base64url(104);
  const keys = { ...person.keys, keyVersion: 2, recovery: { authKey: base64url(32), wrap } };
  await person.send('PUT', '/v1/account/keys', {
    payload: { authKey: person.keys.authKey, keys },
    headers: { 'if-match': '"1"' },
  });
  const files = await fetchArchive();
  expect(Object.keys(files)).toEqual(['manifest.json']);
  const { account } = JSON.parse(String(files['manifest.json']));
  expect(account.wraps).toEqual({ password: keys.wraps.password, recovery: wrap });
});

test('one state: what is replaced while the archive is sent comes as it was', async () => {
  const { id, files } = await plant();
  const listed = await list();
  const later = newParts();
  const { card, transcript, words, index } = later;
  await person.putTranscript(id, { card, transcript, words, index }, replacing(3, 3));
  const read = await Promise.all(
    listed.slice(1).map(async (file) => [file.name, Buffer.from(await file.read())]),
  );
  expect(Object.fromEntries(read)).toEqual(files);
});

test('what is deleted while the archive is sent ends it', async () => {
  const { id, blob } = await plant();
  const listed = await list();
  const file = (name: string) => listed.find((one) => one.name === name);
  await person.putBlob(blob.id, bytesOf(9), { 'if-match': '"2"' });
  await expect(file(`blobs/${blob.id}.2`)?.read()).rejects.toMatchObject({ code: 'not_found' });
  await person.send('DELETE', `/v1/transcripts/${id}/revisions`);
  for (const name of ['card.1', 'card.2', 'transcript.1'])
    await expect(file(`transcripts/${id}/${name}`)?.read(), name).rejects.toMatchObject({
      code: 'not_found',
    });
  expect(await file(`transcripts/${id}/card.3`)?.read()).toBeDefined();
  await person.send('DELETE', '/v1/account/data');
  await expect(file(`transcripts/${id}/card.3`)?.read()).rejects.toMatchObject({ code: 'not_found' });
});

test('many transcripts and a long archive come whole', async () => {
  const ids = Array.from({ length: 130 }, newId);
  for (const [at, id] of ids.entries()) await person.putTranscript(id, newParts(), creating(at));
  expect(Object.keys(await fetchArchive())).toHaveLength(2 + 4 * ids.length);
});

test('an account of very many things is refused, before they fill the memory', async () => {
  const { files } = await plant();
  const count = Object.keys(files).length + 1;
  expect(await listArchive(vault.store, person.accountId, new Date(), count)).toHaveLength(count);
  await expect(listArchive(vault.store, person.accountId, new Date(), count - 1)).rejects.toMatchObject({
    code: 'payload_too_large',
  });
});
