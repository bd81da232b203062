// What Web Crypto is given and gives back, seen from its side: no key can be extracted, and bytes of keys and passwords that this package
// made are overwritten when it is done with them.
import { expect, it } from 'vitest';
import * as crypto from '../src/index.js';
import { watch, type Call } from './watched-crypto.js';

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const other = 'AAAAAAAAAAAAAAAAAAAAAQ';
const salt = new Uint8Array(16);
const iterations = 100_000;
const floor = { minIterations: iterations };
const bytes = () => new Uint8Array(32).fill(7);
const person = { email: 'alice@example.com', password: 'correct horse', salt, iterations };
const context = { accountId: id, keyVersion: 1, iterations, salt };
const document = { title: 'x' };

async function drain(readable: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readable) pieces.push(piece);
  return pieces;
}
const streamOf = (...pieces: Uint8Array[]) => new Blob(pieces as BlobPart[]).stream();

/** Everything that this package does with a key, once. */
async function everything(): Promise<CryptoKey[]> {
  const baseline = await crypto.deriveKey('password', 'alice@example.com');
  await crypto.decrypt(baseline, await crypto.encrypt(baseline, 'text'));
  const raw = await crypto.importKey(bytes());
  const root = await crypto.deriveRoot(person, floor);
  await crypto.deriveAuthKey(root);
  const { accountKey, wrap } = await crypto.createAccountKey(root, context);
  const opened = await crypto.openAccountKey(root, context, wrap);
  const recoveryKey = await crypto.importRecoveryKey(bytes());
  await crypto.deriveRecoveryAuthKey(recoveryKey);
  const byRecovery = await crypto.rewrapAccountKey({ root, context, wrap }, { recoveryKey, accountId: id });
  const recovered = await crypto.recoverAccountKey(recoveryKey, id, byRecovery);
  const deviceKey = await crypto.importDeviceKey(bytes());
  const byDevice = await crypto.rewrapAccountKey({ root, context, wrap }, { deviceKey, accountId: id });
  const kept = await crypto.openKeptAccountKey(deviceKey, id, byDevice);
  const made = await crypto.createTranscriptKey(accountKey, { accountId: id, transcriptId: id });
  const transcriptKey = await crypto.openTranscriptKey(
    accountKey,
    { accountId: id, transcriptId: id },
    made.wrap,
  );
  await crypto.rewrapTranscriptKey(
    { accountId: id, key: accountKey, wrap: made.wrap },
    { accountId: other, key: accountKey },
    id,
  );
  const record = { transcriptId: id, revision: 1, card: document, transcript: document, words: document };
  const sealed = await crypto.sealRecord(transcriptKey, record);
  await crypto.openCard(transcriptKey, { transcriptId: id, revision: 1 }, sealed.card);
  const recording = await crypto.sealRecording(id);
  const pieces = await drain(streamOf(new Uint8Array(5)).pipeThrough(recording));
  await drain(streamOf(...pieces).pipeThrough(await crypto.openRecording(id, recording.ref())));
  const linkSecret = crypto.newLinkSecret();
  const { shareKey } = await crypto.deriveShare(id, { mode: 1, linkSecret }, 'password');
  await crypto.openShare(shareKey, id, await crypto.sealShare(shareKey, id, document));
  const { publicKey, keyPair, sealed: privateKey } = await crypto.createIdentity(accountKey, id);
  const identity = { accountId: id, publicKey };
  const pair = await crypto.openIdentity(accountKey, identity, privateKey);
  await crypto.resealIdentity({ accountKey, sealed: privateKey }, { accountKey }, identity);
  const workspaceKey = await crypto.importWorkspaceKey(crypto.newWorkspaceKeyBytes());
  return [
    ...[baseline, raw, root, accountKey, opened, recoveryKey, recovered, deviceKey, kept],
    ...[made.transcriptKey, transcriptKey, shareKey, keyPair.privateKey, pair.privateKey, workspaceKey],
  ];
}

const isKey = (value: unknown): value is CryptoKey =>
  Object.prototype.toString.call(value) === '[object CryptoKey]';

it('no key can be extracted, but for public ones, and the pair of a new identity whose bytes are to be sealed', async () => {
  let given: CryptoKey[] = [];
  const { calls } = await watch(async () => (given = await everything()));
  const keys = calls.flatMap(({ name, result }) => {
    const found = isKey(result) ? [result] : Object.values(result ?? {}).filter(isKey);
    return found.map((key) => ({ name, type: key.type, extractable: key.extractable }));
  });
  expect(new Set(keys.map(({ name }) => name))).toEqual(
    new Set(['importKey', 'deriveKey', 'unwrapKey', 'generateKey']),
  );
  const extractable = keys.filter((key) => key.extractable);
  expect(extractable.filter(({ type }) => type !== 'public')).toEqual([
    { name: 'generateKey', type: 'private', extractable: true },
  ]);
  // Nothing is exported but that pair, and it is not what the caller gets.
  expect(calls.filter(({ name }) => name === 'exportKey').map(({ args }) => args[0])).toEqual([
    'raw',
    'pkcs8',
  ]);
  expect(calls.filter(({ name }) => name === 'wrapKey')).toEqual([]);
  expect(given.filter((key) => key.extractable)).toEqual([]);
  expect(given).toHaveLength(15);
});

it('a key may do what it is for and nothing else', async () => {
  const { calls } = await watch(everything);
  const allowed = calls.flatMap(({ name, result }) =>
    isKey(result) ? [`${name} ${result.algorithm.name} ${[...result.usages].sort().join(' ')}`] : [],
  );
  expect([...new Set(allowed)].sort()).toEqual([
    'deriveKey AES-GCM decrypt encrypt',
    'deriveKey HMAC sign',
    'importKey AES-GCM decrypt',
    'importKey AES-GCM decrypt encrypt',
    'importKey AES-GCM encrypt',
    'importKey AES-GCM unwrapKey',
    'importKey ECDH ',
    'importKey ECDH deriveBits',
    'importKey HKDF deriveBits deriveKey',
    'importKey HMAC sign',
    'importKey PBKDF2 deriveBits',
    'importKey PBKDF2 deriveKey',
    'unwrapKey HMAC sign',
  ]);
});

const isZero = (value: unknown) => [...(value as Uint8Array)].every((byte) => byte === 0);
const given = (calls: Call[], name: string, at: number, format?: string) =>
  calls
    .filter((call) => call.name === name && (format === undefined || call.args[0] === format))
    .map(({ args }) => args[at]);

it('keys, passwords and plaintexts are overwritten once they are used', async () => {
  const root = await crypto.deriveRoot(person, floor);
  const { accountKey, wrap } = await crypto.createAccountKey(root, context);
  const recoveryKey = await crypto.importRecoveryKey(bytes());
  const { publicKey, sealed } = await crypto.createIdentity(accountKey, id);
  const identity = { accountId: id, publicKey };
  const { shareKey } = await crypto.deriveShare(id, { mode: 0, linkSecret: bytes() });
  const record = { transcriptId: id, revision: 1, card: document, transcript: document, words: document };
  // Each with what it must leave nothing of: [method, argument, format].
  const cases: [string, () => Promise<unknown>, [string, number, string?][]][] = [
    ['a password', () => crypto.deriveRoot(person, floor), [['importKey', 1, 'raw']]],
    [
      'a new key',
      () => crypto.createAccountKey(root, context),
      [
        ['importKey', 1, 'raw'],
        ['encrypt', 2],
      ],
    ],
    ['the keys of a message', () => crypto.openShare(shareKey, id, bytes()).catch(() => undefined), []],
    [
      'a key under a new one',
      () => crypto.rewrapAccountKey({ root, context, wrap }, { recoveryKey, accountId: id }),
      [
        ['importKey', 1, 'raw'],
        ['encrypt', 2],
      ],
    ],
    ['an opened key', () => crypto.openAccountKey(root, context, wrap), [['importKey', 1, 'raw']]],
    [
      'a document',
      () => crypto.sealRecord(accountKey, record),
      [
        ['importKey', 1, 'raw'],
        ['encrypt', 2],
      ],
    ],
    [
      'a shared document',
      () => crypto.sealShare(shareKey, id, document),
      [
        ['importKey', 1, 'raw'],
        ['encrypt', 2],
      ],
    ],
    [
      'a new identity',
      () => crypto.createIdentity(accountKey, id),
      [
        ['encrypt', 2],
        ['importKey', 1, 'pkcs8'],
      ],
    ],
    ['an identity', () => crypto.openIdentity(accountKey, identity, sealed), [['importKey', 1, 'pkcs8']]],
    [
      'an identity under a new key',
      () => crypto.resealIdentity({ accountKey, sealed }, { accountKey }, identity),
      [['encrypt', 2]],
    ],
  ];
  for (const [what, work, places] of cases) {
    const { calls } = await watch(work);
    for (const [name, at, format] of places) {
      // The raw bytes of a public key are no secret.
      const seen = given(calls, name, at, format).filter((value) => (value as Uint8Array).length !== 65);
      expect(seen.length, `${what}: ${name}`).toBeGreaterThan(0);
      for (const value of seen) expect(isZero(value), `${what}: ${name}`).toBe(true);
    }
    // HKDF-Expand: the block before stands in the next input.
    for (const value of given(calls, 'sign', 2)) expect(isZero(value), `${what}: sign`).toBe(true);
  }
});

it("a link's password and salt are overwritten, its secret is the caller's", async () => {
  const linkSecret = bytes();
  const { calls } = await watch(() => crypto.deriveShare(id, { mode: 1, linkSecret }, 'password'));
  const [password, secret] = given(calls, 'importKey', 1, 'raw');
  expect([isZero(password), secret === linkSecret, isZero(linkSecret)]).toEqual([true, true, false]);
  const salts = calls.flatMap(({ name, args }) => {
    const parameters = args[0] as { name?: string; salt?: Uint8Array };
    return name.startsWith('derive') && parameters.name === 'HKDF' ? [parameters.salt] : [];
  });
  expect(salts.map((salt) => [salt?.length, isZero(salt)])).toEqual([
    [32, true],
    [32, true],
  ]);
});
