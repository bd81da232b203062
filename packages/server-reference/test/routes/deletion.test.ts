/**
 * Deleted means gone from the disk: random bytes are planted in every place that takes bytes, found in the raw files of the
 * data folder, and not found any more once the deletion has been answered, while the server still runs.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEPT } from '../../src/store/earlier-revisions.js';
import { filesWith } from '../store/raw-files.js';
import { bytesOf, creating, newId, newKeys, newParts, Person, replacing, startVault } from './vault-app.js';
import type { SealedParts, VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeEach(async () => {
  vault = await startVault();
  person = await Person.signUp(vault);
});
afterEach(() => vault.close());

/** Pieces of the bytes from their start, middle and end, short enough to lie within one page. */
const piecesOf = (bytes: Buffer) => {
  const middle = Math.floor(bytes.length / 2);
  return [bytes.subarray(0, 24), bytes.subarray(middle, middle + 24), bytes.subarray(-24)];
};
const isOnDisk = (bytes: Buffer) =>
  piecesOf(bytes).some((piece) => filesWith(vault.folder, piece).length > 0);
const isWholeOnDisk = (bytes: Buffer) =>
  piecesOf(bytes).every((piece) => filesWith(vault.folder, piece).length > 0);

async function plant(owner: Person) {
  const blob = { id: newId(), bytes: bytesOf(30_000) };
  const small = { id: newId(), bytes: bytesOf(60) };
  const transcript: { id: string; parts: SealedParts } = { id: newId(), parts: newParts() };
  await owner.putBlob(blob.id, blob.bytes);
  await owner.putBlob(small.id, small.bytes);
  await owner.putTranscript(transcript.id, transcript.parts, creating(0));
  const all = [blob.bytes, small.bytes, ...Object.values(transcript.parts)];
  for (const bytes of all) expect(isWholeOnDisk(bytes)).toBe(true);
  return { blob, small, transcript, all };
}

test('a deleted blob is gone, its neighbours stay', async () => {
  const { blob, small, transcript } = await plant(person);
  expect((await person.send('DELETE', `/v1/blobs/${blob.id}`)).statusCode).toBe(204);
  expect(isOnDisk(blob.bytes)).toBe(false);
  expect(isWholeOnDisk(small.bytes)).toBe(true);
  expect((await person.send('DELETE', `/v1/blobs/${small.id}`)).statusCode).toBe(204);
  expect(isOnDisk(small.bytes)).toBe(false);
  for (const part of Object.values(transcript.parts)) expect(isWholeOnDisk(part)).toBe(true);
});

test('a replaced blob is gone', async () => {
  const { blob } = await plant(person);
  expect((await person.putBlob(blob.id, bytesOf(50), { 'if-match': '"1"' })).statusCode).toBe(200);
  expect(isOnDisk(blob.bytes)).toBe(false);
});

test('a deleted transcript is gone with every part, and the index before', async () => {
  const { blob, transcript } = await plant(person);
  const answer = await person.send('DELETE', `/v1/transcripts/${transcript.id}`, {
    payload: bytesOf(600),
    headers: replacing(1, 1),
  });
  expect(answer.statusCode).toBe(200);
  for (const [name, part] of Object.entries(transcript.parts)) expect(isOnDisk(part), name).toBe(false);
  expect(isWholeOnDisk(blob.bytes)).toBe(true);
});

/** Replaces card, segments and index; the words stay. */
async function replace({ id }: { id: string }, revision: number) {
  const { card, transcript: body, index } = newParts();
  const answer = await person.putTranscript(
    id,
    { card, transcript: body, index },
    replacing(revision, revision),
  );
  expect(answer.statusCode).toBe(200);
}

test('what was replaced stays as an earlier revision, and goes with the transcript', async () => {
  const { transcript } = await plant(person);
  await replace(transcript, 1);
  expect(isOnDisk(transcript.parts.index)).toBe(false);
  for (const name of ['key', 'card', 'transcript', 'words'] as const)
    expect(isWholeOnDisk(transcript.parts[name]), name).toBe(true);
  const answer = await person.send('DELETE', `/v1/transcripts/${transcript.id}`, {
    payload: bytesOf(600),
    headers: replacing(2, 2),
  });
  expect(answer.statusCode).toBe(200);
  for (const [name, part] of Object.entries(transcript.parts)) expect(isOnDisk(part), name).toBe(false);
});

test('forgotten revisions are gone, what the present one needs stays', async () => {
  const { transcript } = await plant(person);
  await replace(transcript, 1);
  expect((await person.send('DELETE', `/v1/transcripts/${transcript.id}/revisions`)).statusCode).toBe(204);
  for (const name of ['card', 'transcript'] as const)
    expect(isOnDisk(transcript.parts[name]), name).toBe(false);
  for (const name of ['key', 'words'] as const)
    expect(isWholeOnDisk(transcript.parts[name]), name).toBe(true);
});

test('a revision that is too many is gone', async () => {
  const { transcript } = await plant(person);
  for (let revision = 1; revision <= KEPT; revision++) await replace(transcript, revision);
  expect(isWholeOnDisk(transcript.parts.card)).toBe(true);
  await replace(transcript, KEPT + 1);
  for (const name of ['card', 'transcript'] as const)
    expect(isOnDisk(transcript.parts[name]), name).toBe(false);
});

test('deleting all data leaves none of it, and an account that can begin again', async () => {
  const other = await plant(await Person.signUp(vault));
  const { all, transcript } = await plant(person);
  await replace(transcript, 1);
  expect((await person.send('DELETE', '/v1/account/data')).statusCode).toBe(204);
  for (const bytes of all) expect(isOnDisk(bytes)).toBe(false);
  for (const bytes of other.all) expect(isWholeOnDisk(bytes)).toBe(true);
  expect((await person.send('GET', '/v1/blobs')).json().blobs).toEqual([]);
  expect((await person.putTranscript(newId(), newParts(), creating(0))).statusCode).toBe(201);
});

test('deleting goes on until nothing is left, however much there was', async () => {
  const all = Array.from({ length: 230 }, (_, count) => bytesOf(count === 7 ? 5_000_000 : 40));
  for (const bytes of all) await person.putBlob(newId(), bytes);
  expect(isWholeOnDisk(all[229] ?? Buffer.alloc(0))).toBe(true);
  expect((await person.send('DELETE', '/v1/account/data')).statusCode).toBe(204);
  for (const bytes of all) expect(isOnDisk(bytes)).toBe(false);
  expect((await person.send('GET', '/v1/blobs')).json()).toEqual({ blobs: [], next: null });
});

test('deleting the account leaves nothing of it: no bytes, no keys, no email, no session', async () => {
  const { all } = await plant(person);
  const { accountId, keys } = person;
  const traces = [accountId, keys.email, keys.salt, keys.wraps.password.slice(0, 30)].map((text) =>
    Buffer.from(text),
  );
  for (const trace of traces) expect(filesWith(vault.folder, trace)).not.toEqual([]);
  expect((await person.send('DELETE', '/v1/account')).statusCode).toBe(204);
  for (const bytes of [...all, ...traces]) expect(isOnDisk(bytes)).toBe(false);
  expect(statSync(join(vault.folder, 'sealscribe.db-wal')).size).toBe(0);

  const again = await vault.app.inject({ method: 'POST', url: '/v1/accounts', payload: { accountId, keys } });
  expect(again.statusCode).toBe(201);
});

test('a replaced key record is gone: old wrap, old salt, old hash', async () => {
  const { auth_hash: oldHash } = await vault.store.db
    .selectFrom('accounts')
    .select('auth_hash')
    .executeTakeFirstOrThrow();
  const old = [person.keys.wraps.password.slice(0, 30), person.keys.salt, oldHash].map((text) =>
    Buffer.from(text),
  );
  for (const trace of old) expect(filesWith(vault.folder, trace)).not.toEqual([]);
  const answer = await person.send('PUT', '/v1/account/keys', {
    payload: { authKey: person.keys.authKey, keys: newKeys(person.keys.email, 2) },
    headers: { 'if-match': '"1"' },
  });
  expect(answer.statusCode).toBe(200);
  for (const trace of old) expect(filesWith(vault.folder, trace)).toEqual([]);
});

test('tokens and auth keys are never on the disk', async () => {
  for (const secret of [person.token, person.keys.authKey])
    for (const form of [Buffer.from(secret), Buffer.from(secret, 'base64url')])
      expect(filesWith(vault.folder, form)).toEqual([]);
});
