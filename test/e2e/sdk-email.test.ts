/** Another email, through the SDK against a real server: until the code confirms it nothing changes, whatever happens in between. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sealscribe, WrongPasswordError, newRecoveryWords, type Vault } from '@sealscribe/sdk-node';
import { startLyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

const folder = mkdtempSync(join(tmpdir(), 'sealscribe-email-'));
const data = join(folder, 'data');
const mail = join(folder, 'mail.jsonl');
const hook = join(folder, 'hook.sh');
writeFileSync(hook, `#!/bin/sh\ncat >> '${mail}'\n`);
chmodSync(hook, 0o700);

const options = { dataFolder: data, args: ['--workers', '1', '--email-hook', hook] };
let server: RunningServer;
beforeAll(async () => void (server = await startServer(options)));
afterAll(() => server.stop());

const password = 'correct horse battery staple';
let people = 0;
const address = () => `moving${people++}@example.com`;
const device = (options = {}) =>
  new Sealscribe({ server: server.url, fingerprint: server.fingerprint, ...options });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );
const textsOf = async (vault: Vault) =>
  Promise.all((await vault.list()).map(async ({ id }) => (await vault.open(id)).transcript.text));
const messages = () =>
  readFileSync(mail, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; to: string; code: string });
const codeFor = (to: string) => messages().findLast((message) => message.to === to)?.code ?? '';
const dashed = (code: string) => ` ${code.toLowerCase().match(/.{4}/g)?.join('-')} `;

test('is in force once the code is typed: the vault and the recovery words open under it alone', async () => {
  const [before, after] = [address(), address()];
  const recoveryWords = await newRecoveryWords();
  const client = device();
  const vault = await client.signUp({ email: before, password }, { recoveryWords });
  await vault.save(transcriptOf('kept through it all'));
  const other = device();
  await other.unlock({ email: before, password });

  const pending = await client.changeEmail({ email: before, password }, `  ${after.toUpperCase()} `);
  expect(pending).toMatchObject({ email: after, codeFrom: 'email' });
  expect(await client.pendingEmail()).toEqual(pending);
  expect(await failureOf(device().unlock({ email: after, password }))).toBeInstanceOf(WrongPasswordError);
  expect(await textsOf(await device().unlock({ email: before, password }))).toHaveLength(1);

  const wrong = client.confirmEmail({ email: before, password }, after, '0000-0000-0000');
  expect(await failureOf(wrong)).toMatchObject({ code: 'wrong_code' });
  await client.confirmEmail({ email: before, password }, after, dashed(codeFor(after)));
  expect(messages().at(-1)).toMatchObject({ kind: 'email_changed', to: before });
  expect(await client.pendingEmail()).toBeNull();

  expect(await textsOf(vault), 'what is open stays open').toEqual(['kept through it all']);
  expect(await failureOf(other.models())).toMatchObject({ code: 'unauthorized' });
  expect(await failureOf(device().unlock({ email: before, password }))).toBeInstanceOf(WrongPasswordError);
  expect(await textsOf(await device().unlock({ email: after, password }))).toHaveLength(1);
  const next = { newPassword: 'the next one', newRecoveryWords: await newRecoveryWords() };
  const recovered = await device().recover({ email: after, recoveryWords, ...next });
  expect(await textsOf(recovered)).toHaveLength(1);
});

test('of two devices that ask at once, the code of the last one counts', async () => {
  const [before, one, two] = [address(), address(), address()];
  const credentials = { email: before, password };
  const [first, second] = [device(), device()];
  await first.signUp(credentials);
  await second.unlock(credentials);
  await Promise.all([first.changeEmail(credentials, one), second.changeEmail(credentials, two)]);
  const kept = (await first.pendingEmail())?.email ?? '';
  const dropped = kept === one ? two : one;
  const late = first.confirmEmail(credentials, dropped, codeFor(dropped));
  expect(await failureOf(late)).toMatchObject({ code: 'wrong_code' });
  await second.confirmEmail(credentials, kept, codeFor(kept));
  await device().unlock({ email: kept, password });
});

test('is dropped by a new password, and by its owner', async () => {
  const [before, after] = [address(), address()];
  const credentials = { email: before, password };
  const client = device();
  await client.signUp(credentials);
  await client.changeEmail(credentials, after);
  await client.changeKeys(credentials, { password: 'a new one' });
  const renewed = { email: before, password: 'a new one' };
  const late = client.confirmEmail(renewed, after, codeFor(after));
  expect(await failureOf(late)).toMatchObject({ code: 'wrong_code' });
  await client.changeEmail(renewed, after);
  await client.cancelEmail();
  expect(await client.pendingEmail()).toBeNull();
  expect(await failureOf(client.confirmEmail(renewed, after, codeFor(after)))).toMatchObject({
    code: 'wrong_code',
  });
  await device().unlock(renewed);
});

test('refuses the same address, one with an account, and a wrong password', async () => {
  const [before, taken] = [address(), address()];
  const credentials = { email: before, password };
  const client = device();
  await client.signUp(credentials);
  await device().signUp({ email: taken, password });
  expect(await failureOf(client.changeEmail(credentials, before.toUpperCase()))).toBeInstanceOf(RangeError);
  expect(await failureOf(client.changeEmail(credentials, taken))).toMatchObject({ code: 'email_taken' });
  const wrong = client.changeEmail({ ...credentials, password: 'wrong' }, address());
  expect(await failureOf(wrong)).toBeInstanceOf(WrongPasswordError);
  expect(await failureOf(client.confirmEmail(credentials, taken, 'nonsense'))).toBeInstanceOf(TypeError);
});

test('survives a server that is killed between the steps, and an answer that is lost', async () => {
  const [before, after] = [address(), address()];
  const credentials = { email: before, password };
  const client = device();
  await (await client.signUp(credentials)).save(transcriptOf('still here'));
  await client.changeEmail(credentials, after);
  await server.kill();
  server = await startServer(options);
  const liar = await startLyingServer(server.url);
  try {
    expect(await textsOf(await device().unlock(credentials))).toEqual(['still here']);
    const lossy = new Sealscribe({ server: liar.url, retries: 0 });
    liar.lie = async (asked, ask) => {
      if (!asked.path.endsWith('/confirmation')) return undefined;
      await ask(asked);
      return { status: 502, headers: {}, body: Buffer.from('') };
    };
    const lost = lossy.confirmEmail(credentials, after, codeFor(after));
    expect(await failureOf(lost)).toMatchObject({ code: 'unknown' });
    // Both the device that lost the answer and one that only ever knew the old address find out.
    await lossy.confirmEmail(credentials, after, codeFor(after));
    await device().confirmEmail(credentials, after, codeFor(after));
    expect(await textsOf(await device().unlock({ email: after, password }))).toEqual(['still here']);
  } finally {
    await liar.stop();
  }
});

test('a server that says it is done, or does it by itself, wins nothing', async () => {
  const liar = await startLyingServer(server.url);
  try {
    const [before, after] = [address(), address()];
    const credentials = { email: before, password };
    const client = new Sealscribe({ server: liar.url, retries: 0 });
    const vault = await client.signUp(credentials);
    await vault.save(transcriptOf('mine'));
    liar.asked = [];
    await client.changeEmail(credentials, after);
    const sent = liar.asked.map(({ path, body }) => path + body.toString('latin1')).join('\n');
    expect(sent).not.toContain(password);

    // Said, not done: the old address stays, and the client says that the answer cannot be right.
    liar.lie = ({ path }) =>
      path.endsWith('/confirmation')
        ? { status: 200, headers: {}, body: Buffer.from('{"keyVersion":2}') }
        : undefined;
    const said = client.confirmEmail(credentials, after, codeFor(after));
    expect(await failureOf(said)).toMatchObject({ code: 'bad_answer' });
    await client.unlock(credentials);

    // Another record than the one that this client sealed: it opens nothing.
    liar.lie = async (asked, ask) => {
      if (asked.path !== '/v1/account/keys') return undefined;
      const answer = await ask(asked);
      const keys = JSON.parse(answer.body.toString()) as { email: string };
      if (keys.email !== after) return answer;
      return { ...answer, body: Buffer.from(JSON.stringify({ ...keys, salt: 'A'.repeat(22) })) };
    };
    const swapped = client.confirmEmail(credentials, after, codeFor(after));
    expect(await failureOf(swapped)).toBeInstanceOf(WrongPasswordError);
    liar.lie = undefined;

    // An answer that names another address than the one that was typed.
    liar.lie = async (asked, ask) => {
      if (asked.method !== 'PUT' || asked.path !== '/v1/account/email') return undefined;
      const answer = await ask(asked);
      const pending = JSON.parse(answer.body.toString()) as object;
      return { ...answer, body: Buffer.from(JSON.stringify({ ...pending, email: 'eve@example.com' })) };
    };
    const moved = client.changeEmail({ email: after, password }, address());
    expect(await failureOf(moved)).toMatchObject({ code: 'bad_answer' });
    liar.lie = undefined;
    expect(await textsOf(await client.unlock({ email: after, password }))).toEqual(['mine']);
  } finally {
    await liar.stop();
  }
});

test('a server without mail leaves the code with its operator', async () => {
  const without = await startServer({ args: ['--workers', '1'] });
  const main = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
  const operator = (...more: string[]) =>
    promisify(execFile)(process.execPath, [main, 'email-codes', '--data', without.dataFolder, ...more]);
  try {
    const credentials = { email: address(), password };
    const after = address();
    const client = new Sealscribe({ server: without.url, fingerprint: without.fingerprint });
    await client.signUp(credentials);
    expect((await operator('--json')).stdout).toBe('[]\n');
    expect(await client.changeEmail(credentials, after)).toMatchObject({ codeFrom: 'operator' });
    const codes = JSON.parse((await operator('--json')).stdout) as { to: string; code: string }[];
    expect(codes).toMatchObject([{ to: after }]);
    expect((await operator()).stdout).toContain(`${codes[0]?.code}  ${after}  `);
    await client.confirmEmail(credentials, after, codes[0]?.code ?? '');
    expect((await operator('--json')).stdout).toBe('[]\n');
    expect(without.stderr()).not.toContain(after);
    await client.deleteAccount({ email: after, password });
  } finally {
    await without.stop();
  }
});
