/** What happens to an account over the years, through the SDK against a real server: a forgotten password, a new one, a stolen one. */
import { createAccountKey, deriveAuthKey, deriveRoot, newId, newSalt } from '@sealscribe/crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  IntegrityError,
  MemoryFreshness,
  Sealscribe,
  WrongPasswordError,
  newRecoveryWords,
  type Vault,
} from '@sealscribe/sdk-node';
import { call } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { transcriptOf } from './sdk-transcript.js';

let server: RunningServer;
beforeAll(async () => void (server = await startServer({ args: ['--workers', '1'] })));
afterAll(() => server.stop());

const device = (options = {}) =>
  new Sealscribe({ server: server.url, fingerprint: server.fingerprint, ...options });
let people = 0;
const someone = () => ({ email: `life${people++}@example.com`, password: 'correct horse battery staple' });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );
const textsOf = async (vault: Vault) =>
  Promise.all((await vault.list()).map(async ({ id }) => (await vault.open(id)).transcript.text));

describe('a forgotten password', () => {
  test('is replaced with the recovery words, and everything is there', async () => {
    const { email, password } = someone();
    const [recoveryWords, newWords] = [await newRecoveryWords(), await newRecoveryWords()];
    expect(recoveryWords.split(' ')).toHaveLength(24);
    const first = device();
    const vault = await first.signUp({ email, password }, { recoveryWords });
    await vault.save(transcriptOf('kept through it all'));

    const client = device();
    const typed = `  ${recoveryWords.toUpperCase().replaceAll(' ', '\n ')} `;
    const change = { email, newPassword: 'a new one', newRecoveryWords: newWords };
    const recovered = await client.recover({ ...change, recoveryWords: typed });
    expect(await textsOf(recovered)).toEqual(['kept through it all']);

    expect(await failureOf(first.models())).toMatchObject({ code: 'unauthorized' });
    expect(await failureOf(device().unlock({ email, password }))).toBeInstanceOf(WrongPasswordError);
    expect(await textsOf(await device().unlock({ email, password: 'a new one' }))).toHaveLength(1);
    expect(await failureOf(device().recover({ ...change, recoveryWords }))).toMatchObject({
      code: 'wrong_recovery_words',
    });
    await device().recover({ ...change, recoveryWords: newWords, newPassword: 'yet another one' });
  });

  test('without recovery words, with those of somebody else, or mistyped ones, stays forgotten', async () => {
    const [person, other] = [someone(), someone()];
    const words = await newRecoveryWords();
    await device().signUp(person);
    await device().signUp(other, { recoveryWords: words });
    const recover = async (recoveryWords: string, email = person.email) =>
      failureOf(
        device().recover({
          email,
          recoveryWords,
          newPassword: 'a third one',
          newRecoveryWords: await newRecoveryWords(),
        }),
      );
    expect(await recover(words)).toMatchObject({ code: 'wrong_recovery_words' });
    expect(await recover(words, 'nobody@example.com')).toMatchObject({ code: 'wrong_recovery_words' });
    // Always the same: other words might stand in a message for good reason, or have a checksum that fits by chance.
    const list = 'legal winner thank year wave sausage worth useful '.repeat(3).trim().split(' ');
    list[23] = 'title';
    const badly = [
      list.slice(1).join(' '),
      [...list.slice(1), 'sealscribe'].join(' '),
      [...list.slice(0, 22), 'abandon', 'abandon'].join(' '),
    ];
    for (const typed of badly) {
      const failure = await recover(typed, other.email);
      expect(failure).toMatchObject({ code: 'bad_recovery_words' });
      for (const word of new Set(typed.split(' ').filter((word) => word.length > 4)))
        expect(`${failure?.message} ${failure?.stack}`, 'the message repeats no word').not.toMatch(
          new RegExp(`\\b${word}\\b`),
        );
    }
  });
});

describe('a change of the keys', () => {
  test('sets a new password; other devices are signed out, remembered strength stays', async () => {
    const { email, password } = someone();
    const freshness = new MemoryFreshness();
    const client = device({ freshness });
    const other = device();
    await (await client.signUp({ email, password })).save(transcriptOf('still here'));
    await other.unlock({ email, password });
    await client.changeKeys({ email, password }, { password: 'a newer one', iterations: 700_000 });
    expect(await failureOf(other.models())).toMatchObject({ code: 'unauthorized' });
    expect(await failureOf(device({ freshness }).unlock({ email, password }))).toBeInstanceOf(
      WrongPasswordError,
    );
    expect(await textsOf(await device({ freshness }).unlock({ email, password: 'a newer one' }))).toEqual([
      'still here',
    ]);
    expect(
      await failureOf(client.changeKeys({ email, password: 'a newer one' }, { iterations: 600_000 })),
    ).toBeInstanceOf(RangeError);
  });

  test('needs the password in force, whatever session there is', async () => {
    const { email, password } = someone();
    const client = device();
    await client.signUp({ email, password });
    const failure = await failureOf(
      client.changeKeys({ email, password: 'wrong' }, { password: 'a newer one' }),
    );
    expect(failure).toBeInstanceOf(WrongPasswordError);
    await device().unlock({ email, password });
  });

  test('of many at once, each happens or says that the password is another by now', async () => {
    const { email, password } = someone();
    await device().signUp({ email, password });
    const passwords = ['the first one', 'the second one', 'the third one'];
    const outcomes = await Promise.all(
      passwords.map((next) => failureOf(device().changeKeys({ email, password }, { password: next }))),
    );
    const won = passwords.filter((_, i) => outcomes[i] === undefined);
    expect(won).toHaveLength(1);
    await device().unlock({ email, password: won[0] });
    for (const failure of outcomes.filter((outcome) => outcome !== undefined))
      expect(['wrong_password', 'unauthorized']).toContain(failure.code);
  });

  test('gives an account recovery words later, and takes them away again', async () => {
    const { email, password } = someone();
    const client = device();
    await (await client.signUp({ email, password })).save(transcriptOf('found again'));
    const recoveryWords = await newRecoveryWords();
    await client.changeKeys({ email, password }, { recoveryWords });
    const next = { newPassword: 'the next one', newRecoveryWords: await newRecoveryWords() };
    expect(await textsOf(await device().recover({ email, recoveryWords, ...next }))).toEqual(['found again']);
    await client.changeKeys({ email, password: 'the next one' }, { recoveryWords: null });
    expect(
      await failureOf(device().recover({ email, ...next, recoveryWords: next.newRecoveryWords })),
    ).toMatchObject({ code: 'wrong_recovery_words' });
  });
});

describe('another account key', () => {
  test('keeps everything readable, and gives each transcript a new key with its next change', async () => {
    const { email, password } = someone();
    const client = device();
    const before = await client.signUp({ email, password });
    const { id } = await before.save(transcriptOf('first'), { title: 'One' });
    const { id: untouched } = await before.save(transcriptOf('second'));
    const keyOf = async (of: string): Promise<string> => {
      const headers = { authorization: `Bearer ${client.session?.token}` };
      return (await call(`${server.url}/v1/transcripts/${of}`, { headers })).json.key;
    };
    const oldKey = await keyOf(id);
    const words = await newRecoveryWords();
    const vault = await client.rotateAccountKey({ email, password }, words);
    const rotatedKey = await keyOf(id);
    expect(rotatedKey).not.toBe(oldKey);
    expect((await textsOf(vault)).sort()).toEqual(['first', 'second']);

    // The vault that was open has a key that opens nothing any more.
    expect(await failureOf(before.list())).toBeInstanceOf(IntegrityError);

    await vault.update(id, { title: 'Two' });
    const renewed = await keyOf(id);
    expect(renewed).not.toBe(rotatedKey);
    expect(await vault.open(id)).toMatchObject({ title: 'Two', transcript: { text: 'first' } });
    expect(await vault.history(id), 'what the old key sealed is gone').toHaveLength(1);
    await vault.update(id, { title: 'Three' });
    expect(await keyOf(id), 'once is enough').toBe(renewed);
    expect(await keyOf(untouched)).not.toBe(renewed);

    const elsewhere = await device().unlock({ email, password });
    expect((await textsOf(elsewhere)).sort()).toEqual(['first', 'second']);
    const next = { newPassword: 'the next one', newRecoveryWords: await newRecoveryWords() };
    const recovered = await device().recover({ email, recoveryWords: words, ...next });
    expect((await textsOf(recovered)).sort()).toEqual(['first', 'second']);
  });

  test('goes through while another device writes, and loses nothing', async () => {
    const { email, password } = someone();
    const client = device();
    const vault = await client.signUp({ email, password });
    const session = client.session;
    const writer = device({ session });
    const other = await writer.unlock({ email, password });
    const saved: string[] = [];
    const writing = (async () => {
      for (let i = 0; i < 6; i++) {
        const text = `written ${i}`;
        const failure = await failureOf(other.save(transcriptOf(text)));
        if (failure === undefined) saved.push(text);
      }
    })();
    const rotated = await client.rotateAccountKey({ email, password }, await newRecoveryWords());
    await writing;
    expect((await textsOf(rotated)).sort()).toEqual(saved.sort());
    expect(vault.accountId).toBe(rotated.accountId);
  });

  test('of an empty vault works too', async () => {
    const { email, password } = someone();
    const client = device();
    await client.signUp({ email, password });
    const vault = await client.rotateAccountKey({ email, password }, await newRecoveryWords());
    await vault.save(transcriptOf('begun'));
    expect(await textsOf(await device().unlock({ email, password }))).toEqual(['begun']);
  });
});

describe('access', () => {
  test('sessions are listed and ended', async () => {
    const credentials = someone();
    const [client, other] = [device(), device()];
    await client.signUp(credentials);
    await other.signIn(credentials);
    const sessions = await client.access.sessions();
    expect(sessions.map(({ current }) => current)).toEqual([true, false]);
    await client.access.endSession(sessions[1]?.id ?? '');
    expect(await failureOf(other.models())).toMatchObject({ code: 'unauthorized' });
  });

  test('an API key opens the vault with the password, and changes nothing about the account', async () => {
    const { email, password } = someone();
    const client = device();
    await (await client.signUp({ email, password })).save(transcriptOf('for scripts'));
    const { id, key } = await client.access.createApiKey({ expiresInDays: 7 });
    const script = device({ apiKey: key });
    expect((await script.models()).length).toBeGreaterThan(0);
    expect(await textsOf(await script.unlock({ email, password }))).toEqual(['for scripts']);
    for (const attempt of [script.deleteData(), script.access.createApiKey(), script.access.sessions()])
      expect(await failureOf(attempt)).toMatchObject({ code: 'forbidden' });
    await client.access.deleteApiKey(id);
    expect(await failureOf(device({ apiKey: key }).models())).toMatchObject({ code: 'unauthorized' });
  });

  test('everything is deleted on demand: the data, then the account', async () => {
    const credentials = someone();
    const client = device();
    const vault = await client.signUp(credentials);
    await vault.save(transcriptOf('to go'));
    await client.deleteData();
    const wrong = { ...credentials, password: 'wrong' };
    expect(await failureOf(client.deleteAccount(wrong))).toBeInstanceOf(WrongPasswordError);
    await client.changeKeys(credentials, { iterations: 610_000 });
    await client.deleteAccount(credentials);
    expect(client.session).toBeUndefined();
    expect(await failureOf(client.unlock(credentials))).toBeInstanceOf(WrongPasswordError);
    await client.signUp(credentials);
  });
});

describe('a weak password', () => {
  const weak = { code: 'weak_password' };

  test('is refused where it is new, before anything is sent', async () => {
    const [{ email, password }, words] = [someone(), await newRecoveryWords()];
    for (const attempt of ['Xk7#pQ2', 'sunshine', email])
      expect(await failureOf(device().signUp({ email, password: attempt }))).toMatchObject(weak);
    const client = device();
    await client.signUp({ email, password }, { recoveryWords: words });
    const change = client.changeKeys({ email, password }, { password: 'sunshine' });
    expect(await failureOf(change)).toMatchObject(weak);
    const next = { recoveryWords: words, newRecoveryWords: await newRecoveryWords() };
    expect(await failureOf(device().recover({ email, newPassword: 'sunshine', ...next }))).toMatchObject(
      weak,
    );
    await device().unlock({ email, password });
  });

  test('that an account has already goes on opening it', async () => {
    const { email } = someone();
    const [accountId, salt, iterations] = [newId(), newSalt(), 600_000];
    const root = await deriveRoot({ email, password: 'x', salt, iterations });
    const { wrap } = await createAccountKey(root, { accountId, keyVersion: 1, iterations, salt });
    const text = (value: Uint8Array) => Buffer.from(value).toString('base64url');
    const authKey = text(await deriveAuthKey(root));
    const keys = {
      ...{ email, salt: text(salt), iterations, keyVersion: 1, authKey },
      wraps: { password: text(wrap) },
    };
    const { status } = await call(`${server.url}/v1/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ accountId, keys })),
    });
    expect(status).toBe(201);
    const vault = await device().unlock({ email, password: 'x' });
    await vault.save(transcriptOf('as before'));
    const client = device();
    await client.changeKeys({ email, password: 'x' }, { iterations: 600_001 });
    expect(await textsOf(await client.unlock({ email, password: 'x' }))).toEqual(['as before']);
  });
});
