import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ID_PATTERN, sessionSchema, storedKeysSchema } from '@sealscribe/protocol';
import { base64url, newId, newKeys, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
beforeAll(async () => void (vault = await startVault()));
afterAll(() => vault.close());

const post = (url: string, payload: object) => vault.app.inject({ method: 'POST', url, payload });
const signIn = (email: string, authKey: string) => post('/v1/sessions', { email, authKey });
const codeOf = (answer: { json(): { error: { code: string } } }) => answer.json().error.code;

describe('sign-up', () => {
  test('answers with a session that works at once', async () => {
    const keys = newKeys('ada@example.com');
    const accountId = newId();
    const answer = await post('/v1/accounts', { accountId, keys });
    expect(answer.statusCode).toBe(201);
    const session = sessionSchema.parse(answer.json());
    expect(session.accountId).toBe(accountId);
    const record = await vault.app.inject({
      url: '/v1/account/keys',
      headers: { authorization: `Bearer ${session.token}` },
    });
    const { authKey: _, ...kept } = keys;
    expect(storedKeysSchema.parse(record.json())).toEqual({ accountId, ...kept, recovery: false });
    expect(record.headers.etag).toBe('"1"');
    expect(record.headers['cache-control']).toBe('no-store');
  });

  test('refuses an email that has an account, however it is written', async () => {
    await Person.signUp(vault, 'taken@example.com');
    const answer = await post('/v1/accounts', { accountId: newId(), keys: newKeys('TAKEN@Example.com') });
    expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'email_taken']);
  });

  test('refuses an account id that is in use', async () => {
    const { accountId } = await Person.signUp(vault);
    const answer = await post('/v1/accounts', { accountId, keys: newKeys('other@example.com') });
    expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'id_taken']);
  });

  test('of many at once with one email, one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        post('/v1/accounts', { accountId: newId(), keys: newKeys('race@example.com') }),
      ),
    );
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, ...Array(7).fill(409)]);
  });

  test.each([
    ['an unknown field', { extra: 1 }, 'There are unknown fields in "keys".'],
    ['an odd salt', { salt: 'AAAAAAAAAAAAAAAAAAAAAB' }, 'The field "keys.salt" is missing or malformed.'],
    ['a short auth key', { authKey: 'c2hvcnQ' }, 'The field "keys.authKey" is missing or malformed.'],
    ['a line break in the email', { email: 'a\n@b.c' }, 'The field "keys.email" is missing or malformed.'],
  ])('refuses %s and says which field, without repeating it', async (_name, change, message) => {
    const keys = { ...newKeys('shape@example.com'), ...change };
    const answer = await post('/v1/accounts', { accountId: newId(), keys });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ error: { code: 'bad_request', message, requestId: expect.any(String) } });
  });
});

describe('prelogin', () => {
  test('tells an account its own salt and iterations', async () => {
    const { keys } = await Person.signUp(vault, 'salted@example.com');
    const answer = await post('/v1/accounts/prelogin', { email: 'Salted@Example.COM' });
    expect(answer.json()).toEqual({ salt: keys.salt, iterations: 600_000 });
  });

  test('answers for an unknown email in the same shape, with a steady salt of its own', async () => {
    const ask = async (email: string) => (await post('/v1/accounts/prelogin', { email })).json();
    const first = await ask('nobody@example.com');
    expect(first).toEqual({ salt: expect.stringMatching(ID_PATTERN), iterations: 600_000 });
    expect(await ask('NOBODY@example.com')).toEqual(first);
    expect((await ask('nobody2@example.com')).salt).not.toBe(first.salt);
  });
});

describe('sign-in', () => {
  test('gives a new session for the right auth key', async () => {
    const person = await Person.signUp(vault, 'in@example.com');
    const answer = await signIn('IN@example.com', person.keys.authKey);
    expect(answer.statusCode).toBe(200);
    const session = sessionSchema.parse(answer.json());
    expect(session.accountId).toBe(person.accountId);
    expect(session.token).not.toBe(person.token);
  });

  test('answers a wrong auth key and an unknown email alike, but for the request id', async () => {
    await Person.signUp(vault, 'known@example.com');
    const [wrong, unknown] = await Promise.all([
      signIn('known@example.com', base64url(32)),
      signIn('unknown@example.com', base64url(32)),
    ]);
    expect(wrong.statusCode).toBe(401);
    expect(codeOf(wrong)).toBe('wrong_credentials');
    const bodyOf = (answer: typeof wrong) => ({ ...answer.json().error, requestId: '' });
    expect(bodyOf(unknown)).toEqual(bodyOf(wrong));
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(wrong.headers));
  });

  test('works as hard for an unknown email as for a known one', async () => {
    await Person.signUp(vault, 'timed@example.com');
    const median = async (email: (round: number) => string) => {
      const times: number[] = [];
      for (let round = 0; round < 7; round++) {
        const start = performance.now();
        await signIn(email(round), base64url(32));
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[3] ?? 0;
    };
    const known = await median(() => 'timed@example.com');
    const unknown = await median((round) => `timed${round}@example.org`);
    expect(unknown).toBeGreaterThan(known / 2);
    expect(known).toBeGreaterThan(unknown / 2);
  });

  test('sign-out ends this session and no other', async () => {
    const person = await Person.signUp(vault);
    const other = (await signIn(person.keys.email, person.keys.authKey)).json().token as string;
    expect((await person.send('DELETE', '/v1/sessions/current')).statusCode).toBe(204);
    expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(401);
    person.token = other;
    expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(200);
  });
});

describe('lockout', () => {
  const failTenTimes = async (email: string) => {
    for (let round = 0; round < 10; round++)
      expect((await signIn(email, base64url(32))).statusCode).toBe(401);
    expect((await signIn(email, base64url(32))).statusCode).toBe(401);
  };

  test('makes guessing wait longer and longer, for known and unknown emails alike', async () => {
    const { keys } = await Person.signUp(vault, 'guessed@example.com');
    const waits: Record<string, string[]> = {};
    for (const email of [keys.email, 'never-seen@example.com']) {
      await failTenTimes(email);
      waits[email] = [];
      for (const pause of [1, 2, 4]) {
        const answer = await signIn(email, keys.authKey);
        expect([answer.statusCode, codeOf(answer)]).toEqual([429, 'locked_out']);
        waits[email].push(String(answer.headers['retry-after']));
        vault.wait(pause);
        expect((await signIn(email, base64url(32))).statusCode).toBe(401);
      }
    }
    expect(waits[keys.email]).toEqual(['1', '2', '4']);
    expect(waits['never-seen@example.com']).toEqual(['1', '2', '4']);
    vault.wait(8);
    expect((await signIn(keys.email, keys.authKey)).statusCode).toBe(200);
    expect((await signIn(keys.email, base64url(32))).statusCode).toBe(401);
  });

  test('does not let many guesses at once slip through', async () => {
    vault.wait(7200);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => signIn('flood@example.com', base64url(32))),
    );
    expect(answers.filter((answer) => answer.statusCode === 401)).toHaveLength(11);
  });

  test('slows an address that tries one email after the other', async () => {
    vault.wait(7200);
    const statuses: number[] = [];
    for (let round = 0; round < 52; round++)
      statuses.push((await signIn(`spray${round}@example.com`, base64url(32))).statusCode);
    expect(statuses).toEqual([...Array(51).fill(401), 429]);
  });
});

test('an address that knocks too often is told to wait', async () => {
  const strict = await startVault({ signInsPerMinute: 3 });
  try {
    const ask = () =>
      strict.app.inject({ method: 'POST', url: '/v1/accounts/prelogin', payload: { email: 'a@b.c' } });
    for (let round = 0; round < 3; round++) expect((await ask()).statusCode).toBe(200);
    const answer = await ask();
    expect([answer.statusCode, codeOf(answer)]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await strict.close();
  }
});
