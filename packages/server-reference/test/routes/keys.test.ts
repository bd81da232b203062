import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { base64url, newId, newKeys, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => void (person = await Person.signUp(vault)));
afterAll(() => vault.close());

const outcome = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  JSON.parse(answer.body).error?.code,
];
const signIn = (email: string, authKey: string) =>
  vault.app.inject({ method: 'POST', url: '/v1/sessions', payload: { email, authKey } });
const replace = (authKey: string, keys: object, ifMatch?: string) =>
  person.send('PUT', '/v1/account/keys', {
    payload: { authKey, keys },
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  });

test('a new key record replaces the old one whole', async () => {
  const keys = newKeys(person.keys.email, 2);
  const answer = await replace(person.keys.authKey, keys, '"1"');
  expect([answer.statusCode, answer.json(), answer.headers.etag]).toEqual([200, { keyVersion: 2 }, '"2"']);
  const { authKey, ...record } = keys;
  expect((await person.send('GET', '/v1/account/keys')).json()).toEqual({
    accountId: person.accountId,
    ...record,
    recovery: false,
  });
  expect(outcome(await signIn(keys.email, person.keys.authKey))).toEqual([401, 'wrong_credentials']);
  expect((await signIn(keys.email, authKey)).statusCode).toBe(200);
});

test('every other session ends, this one goes on', async () => {
  const other = (await signIn(person.keys.email, person.keys.authKey)).json().token as string;
  await replace(person.keys.authKey, newKeys(person.keys.email, 2), '"1"');
  expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(200);
  person.token = other;
  expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(401);
});

test('a session without the password in force changes nothing', async () => {
  const answer = await replace(base64url(32), newKeys(person.keys.email, 2), '"1"');
  expect(outcome(answer)).toEqual([401, 'wrong_credentials']);
  expect((await signIn(person.keys.email, person.keys.authKey)).statusCode).toBe(200);
});

test('guessing the password through a session is locked out like sign-in', async () => {
  for (let round = 0; round < 11; round++) await replace(base64url(32), newKeys('x@example.com', 2), '"1"');
  expect(outcome(await replace(person.keys.authKey, newKeys('x@example.com', 2), '"1"'))).toEqual([
    429,
    'locked_out',
  ]);
  vault.wait(7200);
});

test('of two changes at once one wins, and the other is told to start again', async () => {
  const answers = await Promise.all([
    replace(person.keys.authKey, newKeys(person.keys.email, 2), '"1"'),
    replace(person.keys.authKey, newKeys(person.keys.email, 2), '"1"'),
  ]);
  expect(answers.map(outcome).sort()).toEqual([
    [200, undefined],
    [409, 'revision_conflict'],
  ]);
});

test.each([
  ['no If-Match', 2, undefined, 400],
  ['the same version', 1, '"1"', 400],
  ['a version left out', 3, '"1"', 400],
  ['a version not seen yet', 3, '"2"', 409],
])('a change with %s is refused', async (_name, keyVersion, ifMatch, status) => {
  const answer = await replace(person.keys.authKey, newKeys(person.keys.email, keyVersion), ifMatch);
  expect(answer.statusCode).toBe(status);
});

test('the email stays: another one has to be confirmed first', async () => {
  const keys = newKeys(`new-${newId()}@example.com`, 2);
  expect(outcome(await replace(person.keys.authKey, keys, '"1"'))).toEqual([400, 'bad_request']);
  const spelled = newKeys(person.keys.email.toUpperCase(), 2);
  expect((await replace(person.keys.authKey, spelled, '"1"')).statusCode).toBe(200);
});
