import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { INDEX_MATCH_HEADER } from '@sealscribe/protocol';
import {
  base64url,
  creating,
  newId,
  newKeys,
  newParts,
  Person,
  startVault,
  type VaultApp,
} from './vault-app.js';

let vault: VaultApp;
let person: Person;
const ids = [newId(), newId()];
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => {
  person = await Person.signUp(vault);
  for (const [at, id] of ids.entries()) await person.putTranscript(id, newParts(), creating(at));
});
afterAll(() => vault.close());

const newWraps = (of: string[]) => Object.fromEntries(of.map((id) => [id, base64url(104)]));
const rotate = (body: object, { version = 1, index = 2 } = {}) => {
  const recovery = { authKey: base64url(32), wrap: base64url(104) };
  const keys = { ...newKeys(person.keys.email, version + 1), recovery };
  return person.send('POST', '/v1/account/rotation', {
    payload: { authKey: person.keys.authKey, keys, index: base64url(1112), ...body },
    headers: { 'if-match': `"${version}"`, [INDEX_MATCH_HEADER]: `"${index}"` },
  });
};
const storedKeys = async () => {
  const { transcripts } = (await person.send('GET', '/v1/transcripts')).json();
  return Object.fromEntries(transcripts.map(({ id, key }: { id: string; key: string }) => [id, key]));
};

test('puts every key, the index and the key record in the place of the old ones', async () => {
  const transcriptKeys = newWraps(ids);
  const index = base64url(1200);
  const answer = await rotate({ transcriptKeys, index });
  expect([answer.statusCode, answer.json()]).toEqual([200, { keyVersion: 2, indexRevision: 3 }]);
  expect(await storedKeys()).toEqual(transcriptKeys);
  const stored = await person.send('GET', '/v1/vault/index');
  expect([stored.headers.etag, stored.rawPayload.toString('base64url')]).toEqual(['"3"', index]);
});

test.each([
  ['a transcript is missing', () => ({ transcriptKeys: newWraps(ids.slice(1)) }), {}, 409],
  ['there is one too many', () => ({ transcriptKeys: newWraps([...ids, newId()]) }), {}, 409],
  ['the index moved on', () => ({ transcriptKeys: newWraps(ids) }), { index: 1 }, 409],
  ['the key record moved on', () => ({ transcriptKeys: newWraps(ids) }), { version: 2 }, 409],
  ['the index is missing', () => ({ transcriptKeys: newWraps(ids), index: '' }), {}, 400],
  ['the password is not proved', () => ({ transcriptKeys: newWraps(ids), authKey: base64url(32) }), {}, 401],
  [
    'the old recovery key would stay',
    () => ({ transcriptKeys: newWraps(ids), keys: newKeys(person.keys.email, 2) }),
    {},
    400,
  ],
])('changes nothing when %s', async (_name, body, at, status) => {
  const before = await storedKeys();
  expect((await rotate(body(), at)).statusCode).toBe(status);
  expect(await storedKeys()).toEqual(before);
  expect((await person.send('GET', '/v1/vault/index')).headers.etag).toBe('"2"');
  expect((await person.send('GET', '/v1/account/keys')).json()).toMatchObject({ keyVersion: 1 });
});

test('of a rotation and a write at once, one wins', async () => {
  const answers = await Promise.all([
    rotate({ transcriptKeys: newWraps(ids) }),
    person.putTranscript(newId(), newParts(), creating(2)),
  ]);
  const statuses = answers.map(({ statusCode }) => statusCode).sort();
  expect(statuses).toEqual([expect.any(Number), 409]);
  expect([200, 201]).toContain(statuses[0]);
});
