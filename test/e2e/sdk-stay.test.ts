/** Staying signed in, and not: what a device keeps when it was asked to, what opens with it, and when that ends. */
import { mkdtempSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  DeviceStay,
  Sealscribe,
  newRecoveryWords,
  type DeviceSecrets,
  type Vault,
} from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let server: RunningServer;
beforeAll(async () => void (server = await startServer({ args: ['--workers', '1'] })));
afterAll(() => server.stop());

const password = 'correct horse battery staple';
let people = 0;
const someone = () => ({ email: `stay${people++}@example.com`, password });
const device = (options = {}) =>
  new Sealscribe({ server: server.url, fingerprint: server.fingerprint, ...options });
const textsOf = async (vault: Vault | undefined) =>
  Promise.all((await vault!.list()).map(async ({ id }) => (await vault!.open(id)).transcript.text));
const newFile = () => join(mkdtempSync(join(tmpdir(), 'sealscribe-stay-')), 'home', 'stay.json');

/** A place for secrets as a keyring is one. */
function newKeyring(): DeviceSecrets & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (name) => kept.get(name),
    set: async (name, secret) => void kept.set(name, secret),
    delete: async (name) => void kept.delete(name),
  };
}

test('nothing is kept unless it is asked for, and nothing can be without a place', async () => {
  const [credentials, path, keyring] = [someone(), newFile(), newKeyring()];
  const client = device({ stay: new DeviceStay(path, keyring) });
  await client.signUp(credentials);
  await client.unlock(credentials);
  expect([existsSync(path), keyring.kept.size]).toEqual([false, 0]);
  expect(await client.resume()).toBeUndefined();
  await expect(device().unlock(credentials, { stay: true })).rejects.toThrow(/stay/);
});

test('what is kept opens the vault without the password: file and keyring together, neither alone', async () => {
  const [credentials, path, keyring] = [someone(), newFile(), newKeyring()];
  const client = device({ stay: new DeviceStay(path, keyring) });
  await (await client.signUp(credentials)).save(transcriptOf('still open'));
  await client.unlock(credentials, { stay: true });
  const text = readFileSync(path, 'utf8');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(Object.keys(JSON.parse(text))).toEqual(['server', 'session', 'wrap']);
  const [secret = ''] = keyring.kept.values();
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  for (const word of [secret, password, credentials.email]) expect(text).not.toContain(word);

  const again = device({ stay: new DeviceStay(path, keyring) });
  expect(await textsOf(await again.resume())).toEqual(['still open']);
  expect(await device({ stay: new DeviceStay(path, newKeyring()) }).resume()).toBeUndefined();
  expect(await device({ stay: new DeviceStay(newFile(), keyring) }).resume()).toBeUndefined();
  const other = newKeyring();
  for (const name of keyring.kept.keys()) other.kept.set(name, 'A'.repeat(43));
  expect(await device({ stay: new DeviceStay(path, other) }).resume()).toBeUndefined();
});

test('in a file alone, where the program says so; a damaged file is none', async () => {
  const [credentials, path] = [someone(), newFile()];
  const client = device({ stay: new DeviceStay(path, 'in-file') });
  await (await client.signUp(credentials)).save(transcriptOf('on the disk'));
  await client.unlock(credentials, { stay: true });
  expect(await textsOf(await device({ stay: new DeviceStay(path, 'in-file') }).resume())).toHaveLength(1);
  const text = readFileSync(path, 'utf8');
  for (const damaged of [
    '',
    'null',
    '{}',
    text.slice(0, -3),
    text.replace(/"wrap":"...../, '"wrap":"AAAAA'),
  ]) {
    writeFileSync(path, damaged);
    expect(
      await device({ stay: new DeviceStay(path, 'in-file') }).resume(),
      damaged.slice(0, 9),
    ).toBeUndefined();
  }
});

test('ends with signing out, with the session, and with another account key', async () => {
  const [credentials, path, keyring] = [someone(), newFile(), newKeyring()];
  const stay = () => new DeviceStay(path, keyring);
  const client = device({ stay: stay() });
  await client.signUp(credentials);
  const gone = () => [existsSync(path), keyring.kept.size];

  await client.unlock(credentials, { stay: true });
  await client.signOut();
  expect(gone()).toEqual([false, 0]);

  await client.unlock(credentials, { stay: true });
  await device().changeKeys(credentials, { iterations: 610_000 });
  expect(await device({ stay: stay() }).resume(), 'its session was ended elsewhere').toBeUndefined();
  expect(gone()).toEqual([false, 0]);

  await client.unlock(credentials, { stay: true });
  await client.rotateAccountKey(credentials, await newRecoveryWords());
  expect(gone()).toEqual([false, 0]);
});

test('a vault that nobody used for as long as was said is locked, and a search finds no word of it any more', async () => {
  expect(() => device({ lockAfter: 0 })).toThrow(RangeError);
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const credentials = someone();
    const client = device({ lockAfter: 60 });
    const vault = await client.signUp(credentials);
    const { id } = await vault.save(transcriptOf('open for a moment'));
    vi.setSystemTime(Date.now() + 59_000);
    expect(await vault.search('moment')).toHaveLength(1);
    vi.setSystemTime(Date.now() + 60_000);
    for (const use of [() => vault.list(), () => vault.open(id), () => vault.search('moment')])
      await expect(use()).rejects.toMatchObject({ code: 'locked' });
    expect((await (await client.unlock(credentials)).open(id)).transcript.text).toBe('open for a moment');
  } finally {
    vi.useRealTimers();
  }
});
