// Every mistake of calling code is told by the name of the argument, and every failure by a sentence that says what to do.
import { describe, expect, it } from 'vitest';
import * as crypto from '../src/index.js';
import { bind, contexts, idBytes } from '../src/bind.js';
import { unwrapKey } from '../src/cobblestone.js';
import { checkAesKey, checkVaultKey, importAesKey, importHmacKey } from '../src/webcrypto.js';
import { toHex } from './hex.js';

const key = await importHmacKey(new Uint8Array(32).fill(1));
const baseline = await importAesKey(new Uint8Array(32), ['encrypt', 'decrypt']);
const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const none = new Uint8Array();
const salt = new Uint8Array(16);
const text = 'text' as never;
const lone = '\ud800';
const document = { title: 'x' };
const root = { email: 'a@b', password: 'p', salt, iterations: 600_000 };
const link = { mode: 0 as const, linkSecret: new Uint8Array(32) };
const roster = { workspaceId: id, epoch: 1, keyNumber: 1, previous: none, members: [] };
const member = { accountId: id, role: 'owner', fingerprint: new Uint8Array(32) };
const delivery = { ...roster, sender: id, recipient: id, rosterHash: new Uint8Array(32) };
const record = { transcriptId: id, revision: 1, card: document, transcript: document, words: document };

describe('the message names the argument', () => {
  const cases: [string, () => unknown][] = [
    ['bytes must be a Uint8Array', () => crypto.importKey(text)],
    ['bytes must be 32 bytes', () => crypto.importKey(none)],
    ['bytes must be 32 bytes', () => crypto.importDeviceKey(none)],
    ['bytes must be 32 bytes', () => crypto.importRecoveryKey(none)],
    ['bytes must be 32 bytes', () => crypto.importWorkspaceKey(none)],
    ['bytes must be a Uint8Array', () => crypto.encodeBase64url(text)],
    ['bytes must be a Uint8Array', () => crypto.sha256(text)],
    ['text must be a string', () => crypto.decodeBase64(5 as never)],
    ['password must be a Uint8Array', () => crypto.deriveKey(5 as never, 'a@b')],
    ['password must be well-formed Unicode', () => crypto.deriveKey(lone, 'a@b')],
    ['password must not be empty', () => crypto.deriveKey(none, 'a@b')],
    ['email must be a string', () => crypto.deriveKey('p', 5 as never)],
    ['email must not be empty', () => crypto.deriveKey('p', '')],
    ['plaintext must be well-formed Unicode', () => crypto.encrypt(baseline, lone)],
    ['plaintext must be a Uint8Array', () => crypto.encrypt(baseline, 5 as never)],
    ['blob must be a Uint8Array', () => crypto.decrypt(baseline, text)],
    ['key must be an AES-256-GCM CryptoKey usable to encrypt,', () => crypto.encrypt(key, 'x')],
    ['key must be an AES-256-GCM CryptoKey usable to decrypt,', () => crypto.decrypt(key, none)],
    ['key must be a key of the vault', () => crypto.seal(baseline, none, none)],
    ['context must be a Uint8Array', () => crypto.seal(key, text, none)],
    ['plaintext must be a Uint8Array', () => crypto.seal(key, none, text)],
    ['sealed must be a Uint8Array', () => crypto.open(key, none, text)],
    ['wrap must be a Uint8Array', () => unwrapKey(key, none, text)],
    ['key must be a key of the vault', () => crypto.sealStream(baseline, none)],
    ['context must be a Uint8Array', () => crypto.sealStream(key, text)],
    ['key must be a key of the vault', () => crypto.openStream(baseline, none)],
    ['context must be a Uint8Array', () => crypto.openStream(key, text)],
    ['label must be well-formed Unicode', () => bind(lone)],
    ['field must be well-formed Unicode', () => bind('a', lone)],
    ['a number must be a safe integer of at least 0', () => bind('a', -1)],
    ['accountId must be an id: 22 characters of base64url', () => contexts.deviceKey('x')],
    ['transcriptId must be an id', () => contexts.card('x', 1)],
    ['shareId must be an id', () => contexts.shareLink('x')],
    ['workspaceId must be an id', () => contexts.workspaceCard('x', 1)],
    ['recordingId must be an id', () => contexts.recording(id, 'x')],
    ['sender must be an id', () => crypto.deliveryInfo({ ...delivery, sender: 'x' })],
    ['recipient must be an id', () => crypto.deliveryInfo({ ...delivery, recipient: 'x' })],
    ['rosterHash must be 32 bytes', () => crypto.deliveryInfo({ ...delivery, rosterHash: none })],
    ['password must be well-formed Unicode', () => crypto.deriveRoot({ ...root, password: lone })],
    ['password must not be empty', () => crypto.deriveRoot({ ...root, password: '' })],
    ['salt must be a Uint8Array', () => crypto.deriveRoot({ ...root, salt: text })],
    ['minIterations must be at least 100000', () => crypto.deriveRoot(root, { minIterations: Number.NaN })],
    ['email must not be empty', () => crypto.deriveRoot({ ...root, email: ' ' })],
    ['email must not hold control characters', () => crypto.normalizeEmail('a\u0000b')],
    ['email must be well-formed Unicode', () => crypto.normalizeEmail(lone)],
    ['root must be a key of the vault', () => crypto.deriveAuthKey(baseline)],
    ['recoveryKey must be a key of the vault', () => crypto.deriveRecoveryAuthKey(baseline)],
    ['revision must be an integer of at least 1', () => crypto.sealRecord(key, { ...record, revision: 0.5 })],
    ['card must not have a key "parts"', () => crypto.sealRecord(key, { ...record, card: { parts: 1 } })],
    ['revision must be an integer', () => crypto.openCard(key, { transcriptId: id, revision: 0 }, none)],
    [
      'indexRevision must be an integer',
      () => crypto.openIndex(key, { accountId: id, indexRevision: 0 }, none),
    ],
    [
      'indexRevision must be an integer',
      () => crypto.sealIndex(key, { accountId: id, indexRevision: 0 }, {}),
    ],
    [
      'id in index must be an id',
      () => crypto.sealIndex(key, { accountId: id, indexRevision: 1 }, { x: { deleted: true } }),
    ],
    [
      'an entry of index must be a mark or a tombstone',
      () => crypto.sealIndex(key, { accountId: id, indexRevision: 1 }, { [id]: 1 as never }),
    ],
    [
      'mark must be a revision and a SHA-256',
      () => crypto.openSearchEntry(key, { accountId: id, transcriptId: id, mark: {} as never }, none),
    ],
    [
      'name must be "transcript" or "words"',
      () => crypto.openPart(key, 'card' as never, { transcriptId: id, ref: {} as never }, none),
    ],
    [
      'ref must be a revision and a SHA-256',
      () => crypto.openPart(key, 'words', { transcriptId: id, ref: {} as never }, none),
    ],
    ['mode must be 0 or 1', () => crypto.encodeFragment({ ...link, mode: 2 as never })],
    ['mode must be 0 or 1', () => crypto.deriveShare(id, { ...link, mode: 2 as never })],
    ['linkSecret must be 32 bytes', () => crypto.encodeFragment({ ...link, linkSecret: none })],
    ['linkSecret must be 32 bytes', () => crypto.deriveShare(id, { ...link, linkSecret: none })],
    ['linkSecret must be 32 bytes', () => crypto.sealLinkSecret(key, id, none)],
    ['password must not be empty', () => crypto.deriveShare(id, { ...link, mode: 1 })],
    ['password must be well-formed Unicode', () => crypto.deriveShare(id, { ...link, mode: 1 }, lone)],
    ['publicKey must be a Uint8Array', () => crypto.identityFingerprint({ accountId: id, publicKey: text })],
    ['previous must be 32 bytes', () => crypto.rosterHash({ ...roster, previous: new Uint8Array(1) })],
    [
      'members must not hold an account twice',
      () => crypto.rosterHash({ ...roster, members: [member, member] }),
    ],
    [
      'fingerprint must be 32 bytes',
      () => crypto.rosterHash({ ...roster, members: [{ ...member, fingerprint: none }] }),
    ],
    ['crypto must be a Web Crypto implementation', () => crypto.useWebCrypto(undefined as never)],
    [
      'x must be a key of the vault: a non-extractable 256-bit HMAC-SHA-512 CryptoKey',
      () => checkVaultKey(undefined as never, 'x'),
    ],
    ['key must be an AES-256-GCM CryptoKey', () => checkAesKey('key' as never, 'encrypt')],
  ];
  it.each(cases)('%s', async (message, act) => {
    const thrown: unknown = await (async () => act())().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).constructor.name).toMatch(/^(Type|Range)Error$/);
    expect((thrown as Error).message.startsWith(message), (thrown as Error).message).toBe(true);
  });
});

it('every code has a sentence of its own', () => {
  const codes = [
    ...(['authentication_failed', 'malformed', 'unknown_version', 'weak_kdf', 'kdf_unsupported'] as const),
    ...(['insecure_context', 'invalid_document', 'rollback', 'fork', 'unlisted'] as const),
  ];
  const errors = codes.map((code) => new crypto.CryptoError(code));
  expect(new Set(errors.map(({ message }) => message)).size).toBe(codes.length);
  for (const [i, { name, code, message }] of errors.entries()) {
    expect([name, code]).toEqual(['CryptoError', codes[i]]);
    expect(message).toMatch(/^[A-Z].{30,}\.$/s);
  }
});

it('an id has exactly 22 characters, and zero is a number', async () => {
  for (const wrong of [`${id}A`, `A${id}`, id.slice(1), `${id}\n`, ` ${id}`, 5, undefined, [id]])
    expect(() => idBytes(wrong as never, 'id')).toThrow(/^id must be an id/);
  expect(idBytes('_-_-_-_-_-_-_-_-_-_-_A', 'id')).toHaveLength(16);
  expect(toHex(bind('a', 0))).toBe('610000000008' + '00'.repeat(8));
  const sealed = (name: unknown) =>
    crypto.seal(
      key,
      contexts.index({ accountId: id }, 1),
      new TextEncoder().encode(`{${JSON.stringify(name)}:{"deleted":true}}`.padEnd(1024)),
    );
  for (const name of [`${id}A`, `A${id}`])
    await expect(
      crypto.openIndex(key, { accountId: id, indexRevision: 1 }, await sealed(name)),
    ).rejects.toMatchObject({ code: 'invalid_document' });
});
