// Another email: nothing changes before the code does it, and nothing but that code.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EmailMessage } from '../../src/auth/email-hook.js';
import { base64url, newId, newKeys, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
let sent: EmailMessage[] = [];
let failing = false;
beforeAll(async () => {
  vault = await startVault({}, undefined, async (message) => {
    if (failing) throw new Error('no mail today');
    sent.push(message);
  });
});
beforeEach(async () => {
  person = await Person.signUp(vault);
  sent = [];
  failing = false;
  vault.wait(61);
});
afterAll(() => vault.close());

const outcome = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  answer.body === '' ? undefined : JSON.parse(answer.body).error?.code,
];
const newAddress = () => `new-${newId().toLowerCase()}@example.com`;
const ask = (keys: object, options: { authKey?: string; ifMatch?: string } = {}) =>
  person.send('PUT', '/v1/account/email', {
    payload: { authKey: options.authKey ?? person.keys.authKey, keys },
    headers: { 'if-match': options.ifMatch ?? '"1"' },
  });
const confirm = (code: string) =>
  person.send('POST', '/v1/account/email/confirmation', { payload: { code } });
const signIn = ({ email, authKey }: { email: string; authKey: string }) =>
  vault.app.inject({ method: 'POST', url: '/v1/sessions', payload: { email, authKey } });
const codes = () => sent.flatMap((message) => (message.kind === 'confirm_email' ? [message.code] : []));

test('waits for the code that was sent to the new address, and then signs in alone', async () => {
  const keys = newKeys(newAddress(), 2);
  const other = (await signIn(person.keys)).json().token as string;
  const answer = await ask({ ...keys, email: keys.email.toUpperCase() });
  expect([answer.statusCode, answer.json()]).toEqual([
    202,
    { email: keys.email, expiresAt: expect.any(String), codeFrom: 'email' },
  ]);
  expect(sent).toEqual([
    {
      kind: 'confirm_email',
      to: keys.email,
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{12}$/),
      expiresAt: expect.any(String),
    },
  ]);
  expect(outcome(await signIn(keys))).toEqual([401, 'wrong_credentials']);
  expect((await signIn(person.keys)).statusCode).toBe(200);
  expect((await person.send('GET', '/v1/account/email')).json()).toEqual({ pending: answer.json() });

  const [code = ''] = codes();
  expect((await confirm(code)).json()).toEqual({ keyVersion: 2 });
  expect((await signIn(keys)).statusCode).toBe(200);
  expect(outcome(await signIn(person.keys))).toEqual([401, 'wrong_credentials']);
  expect(sent.at(-1)).toEqual({ kind: 'email_changed', to: person.keys.email });
  expect((await person.send('GET', '/v1/account/email')).json()).toEqual({ pending: null });
  expect(outcome(await confirm(code)), 'once').toEqual([403, 'wrong_code']);
  person.token = other;
  expect(outcome(await person.send('GET', '/v1/blobs')), 'other sessions end').toEqual([401, 'unauthorized']);
});

test('is not confirmed by another code, somebody else, too late, or after it was taken back', async () => {
  const keys = newKeys(newAddress(), 2);
  await ask(keys);
  const [code = ''] = codes();
  expect(outcome(await confirm('0'.repeat(12)))).toEqual([403, 'wrong_code']);
  expect(outcome(await confirm('short'))).toEqual([400, 'bad_request']);
  const other = await Person.signUp(vault);
  const theirs = await other.send('POST', '/v1/account/email/confirmation', { payload: { code } });
  expect(outcome(theirs)).toEqual([403, 'wrong_code']);

  expect((await person.send('DELETE', '/v1/account/email')).statusCode).toBe(204);
  expect(outcome(await confirm(code))).toEqual([403, 'wrong_code']);
  await ask(keys);
  vault.wait(86_400);
  expect(outcome(await confirm(codes().at(-1) ?? ''))).toEqual([403, 'wrong_code']);
  expect((await person.send('GET', '/v1/account/email')).json()).toEqual({ pending: null });
  expect((await signIn(person.keys)).statusCode).toBe(200);
});

test('needs the password in force, the version in force and an address without an account', async () => {
  const keys = newKeys(newAddress(), 2);
  expect(outcome(await ask(keys, { authKey: base64url(32) }))).toEqual([401, 'wrong_credentials']);
  expect(outcome(await ask(newKeys(newAddress(), 3), { ifMatch: '"2"' }))).toEqual([
    409,
    'revision_conflict',
  ]);
  expect(outcome(await ask({ ...keys, recovery: null }))).toEqual([400, 'bad_request']);
  const { keys: taken } = await Person.signUp(vault);
  expect(outcome(await ask(newKeys(taken.email, 2)))).toEqual([409, 'email_taken']);
  expect(sent).toEqual([]);
});

test('reserves nothing: who signs up with the address meanwhile keeps it', async () => {
  const keys = newKeys(newAddress(), 2);
  await ask(keys);
  const other = await Person.signUp(vault, keys.email);
  expect(outcome(await confirm(codes()[0] ?? ''))).toEqual([409, 'email_taken']);
  expect((await signIn(other.keys)).statusCode).toBe(200);
  expect((await signIn(person.keys)).statusCode).toBe(200);
});

test('is dropped by a change of the keys, and a later one takes its place', async () => {
  const [first, second] = [newKeys(newAddress(), 2), newKeys(newAddress(), 2)];
  await ask(first);
  await ask(second);
  const [old = '', present = ''] = codes();
  expect(outcome(await confirm(old))).toEqual([403, 'wrong_code']);
  const renewed = newKeys(person.keys.email, 2);
  await person.send('PUT', '/v1/account/keys', {
    payload: { authKey: person.keys.authKey, keys: renewed },
    headers: { 'if-match': '"1"' },
  });
  expect(outcome(await confirm(present))).toEqual([403, 'wrong_code']);
  expect((await signIn(renewed)).statusCode).toBe(200);
});

test('of two confirmations, or a confirmation and a new password, at once, one wins', async () => {
  await ask(newKeys(newAddress(), 2));
  const [code = ''] = codes();
  const both = await Promise.all([confirm(code), confirm(code)]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 403]);

  person = await Person.signUp(vault);
  const keys = newKeys(newAddress(), 2);
  await ask(keys);
  const renewed = newKeys(person.keys.email, 2);
  const [confirmed, changed] = await Promise.all([
    confirm(codes().at(-1) ?? ''),
    person.send('PUT', '/v1/account/keys', {
      payload: { authKey: person.keys.authKey, keys: renewed },
      headers: { 'if-match': '"1"' },
    }),
  ]);
  expect([confirmed.statusCode, changed.statusCode].filter((status) => status === 200)).toHaveLength(1);
  const signsIn = [keys, renewed].map(async (record) => (await signIn(record)).statusCode);
  expect((await Promise.all(signsIn)).filter((status) => status === 200)).toHaveLength(1);
});

test('that could not be sent is not kept', async () => {
  failing = true;
  expect(outcome(await ask(newKeys(newAddress(), 2)))).toEqual([503, 'unavailable']);
  expect((await person.send('GET', '/v1/account/email')).json()).toEqual({ pending: null });
});

test('keeps the recovery key, and is no way around it', async () => {
  const words = { authKey: base64url(32), wrap: base64url(104) };
  await person.send('PUT', '/v1/account/keys', {
    payload: {
      authKey: person.keys.authKey,
      keys: { ...newKeys(person.keys.email, 2), authKey: person.keys.authKey, recovery: words },
    },
    headers: { 'if-match': '"1"' },
  });
  const keys = newKeys(newAddress(), 3);
  await ask(keys, { ifMatch: '"2"' });
  await confirm(codes()[0] ?? '');
  const recover = (email: string) =>
    vault.app.inject({
      method: 'POST',
      url: '/v1/accounts/recovery',
      payload: { email, recoveryAuthKey: words.authKey },
    });
  expect((await recover(keys.email)).json()).toMatchObject({ keyVersion: 3, wrap: words.wrap });
  expect(outcome(await recover(person.keys.email))).toEqual([401, 'wrong_credentials']);
});

test('says nothing to strangers: while it waits, the new address is answered as one that nobody has', async () => {
  const prelogin = async (email: string) =>
    (await vault.app.inject({ method: 'POST', url: '/v1/accounts/prelogin', payload: { email } })).json();
  const keys = newKeys(newAddress(), 2);
  const before = await prelogin(keys.email);
  await ask(keys);
  expect(await prelogin(keys.email)).toEqual(before);
  await confirm(codes()[0] ?? '');
  expect(await prelogin(keys.email)).toEqual({ salt: keys.salt, iterations: keys.iterations });
  const old = await prelogin(person.keys.email);
  expect(old.salt).not.toBe(person.keys.salt);
  expect(await prelogin(person.keys.email)).toEqual(old);
});

test('is no way to guess the password: wrong ones are counted and locked out as at sign-in', async () => {
  const keys = newKeys(newAddress(), 2);
  for (let round = 0; round < 11; round++) await ask(keys, { authKey: base64url(32) });
  expect(outcome(await ask(keys))).toEqual([429, 'locked_out']);
  expect(outcome(await signIn(person.keys))).toEqual([429, 'locked_out']);
  vault.wait(7200);
});
