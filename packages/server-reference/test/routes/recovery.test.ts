import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { base64url, newKeys, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
let recovery: { authKey: string; wrap: string };
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => {
  person = await Person.signUp(vault);
  recovery = { authKey: base64url(32), wrap: base64url(104) };
  await replace({ ...newKeys(person.keys.email, 2), authKey: person.keys.authKey, recovery }, 1);
});
afterAll(() => vault.close());

const replace = (keys: object, version: number) =>
  person.send('PUT', '/v1/account/keys', {
    payload: { authKey: person.keys.authKey, keys },
    headers: { 'if-match': `"${version}"` },
  });
const recover = (email: string, recoveryAuthKey: string) =>
  vault.app.inject({ method: 'POST', url: '/v1/accounts/recovery', payload: { email, recoveryAuthKey } });
const replaceByRecovery = (recoveryAuthKey: string, keys: object, version: number) =>
  vault.app.inject({
    method: 'PUT',
    url: '/v1/accounts/recovery',
    payload: { email: person.keys.email, recoveryAuthKey, keys },
    headers: { 'if-match': `"${version}"` },
  });
const outcome = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  JSON.parse(answer.body).error?.code,
];
const newRecovery = () => ({ authKey: base64url(32), wrap: base64url(104) });

test('whoever proves the recovery key gets what it opens', async () => {
  const answer = await recover(person.keys.email, recovery.authKey);
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    { accountId: person.accountId, keyVersion: 2, wrap: recovery.wrap },
  ]);
  expect((await person.send('GET', '/v1/account/keys')).json()).toMatchObject({ recovery: true });
});

test('a wrong recovery key, an unknown email and an account without one are answered alike', async () => {
  const without = await Person.signUp(vault);
  const answers = [
    await recover(person.keys.email, base64url(32)),
    await recover('nobody@example.com', recovery.authKey),
    await recover(without.keys.email, recovery.authKey),
    // The password's proof is not the recovery key's.
    await recover(person.keys.email, person.keys.authKey),
  ];
  expect(answers.map(outcome)).toEqual(Array(4).fill([401, 'wrong_credentials']));
  const bodies = answers.map((answer) => ({ ...answer.json().error, requestId: '' }));
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
});

test('guessing is locked out', async () => {
  for (let round = 0; round < 11; round++) await recover(person.keys.email, base64url(32));
  expect(outcome(await recover(person.keys.email, recovery.authKey))).toEqual([429, 'locked_out']);
  vault.wait(7200);
});

test('a recovery sets a new password and a new recovery key, and ends every session', async () => {
  const [before, next] = [person.token, newRecovery()];
  const keys = { ...newKeys(person.keys.email, 3), recovery: next };
  const answer = await replaceByRecovery(recovery.authKey, keys, 2);
  expect([answer.statusCode, answer.headers.etag]).toEqual([200, '"3"']);
  person.token = before;
  expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(401);
  person.token = answer.json().token;
  expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(200);
  expect(outcome(await recover(person.keys.email, recovery.authKey))).toEqual([401, 'wrong_credentials']);
  expect((await recover(person.keys.email, next.authKey)).json()).toMatchObject({ wrap: next.wrap });
  const signIn = (authKey: string) =>
    vault.app.inject({ method: 'POST', url: '/v1/sessions', payload: { email: person.keys.email, authKey } });
  expect((await signIn(person.keys.authKey)).statusCode).toBe(401);
  expect((await signIn(keys.authKey)).statusCode).toBe(200);
});

test('a recovery without a new recovery key, or from an outdated version, changes nothing', async () => {
  const keys = newKeys(person.keys.email, 3);
  expect(outcome(await replaceByRecovery(recovery.authKey, keys, 2))).toEqual([400, 'bad_request']);
  const late = { ...newKeys(person.keys.email, 2), recovery: newRecovery() };
  expect(outcome(await replaceByRecovery(recovery.authKey, late, 1))).toEqual([409, 'revision_conflict']);
  expect((await recover(person.keys.email, recovery.authKey)).statusCode).toBe(200);
});

test('of a recovery and a change of password at once, one wins', async () => {
  const answers = await Promise.all([
    replaceByRecovery(recovery.authKey, { ...newKeys(person.keys.email, 3), recovery: newRecovery() }, 2),
    replace(newKeys(person.keys.email, 3), 2),
  ]);
  const statuses = answers.map(({ statusCode }) => statusCode).sort();
  // The loser is told to start again, or finds its session ended by the winner.
  expect(statuses[0]).toBe(200);
  expect([401, 409]).toContain(statuses[1]);
});

test('a change of password keeps the recovery key; null takes it away', async () => {
  await replace({ ...newKeys(person.keys.email, 3), authKey: person.keys.authKey }, 2);
  expect((await recover(person.keys.email, recovery.authKey)).json()).toMatchObject({ keyVersion: 3 });
  await replace({ ...newKeys(person.keys.email, 4), recovery: null }, 3);
  expect((await recover(person.keys.email, recovery.authKey)).statusCode).toBe(401);
});
