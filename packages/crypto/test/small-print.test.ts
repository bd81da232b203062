// Borders and leftovers that nothing else meets.
import { expect, it } from 'vitest';
import {
  createAccountKey,
  deriveAuthKey,
  deriveRecoveryAuthKey,
  importDeviceKey,
  importRecoveryKey,
  openCard,
  sealRecord,
  seal,
} from '../src/index.js';
import { contexts, isId } from '../src/bind.js';
import { padDocument } from '../src/padding.js';
import { isRef } from '../src/sealed.js';

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const key = await importDeviceKey(new Uint8Array(32).fill(1));
const ref = { revision: 1, sha256: 'A'.repeat(43) };
const document = { title: 'x' };

it('a key that is sent to the server brings nothing of the block that it was cut from', async () => {
  expect((await deriveAuthKey(key)).buffer.byteLength).toBe(32);
  const recoveryKey = await importRecoveryKey(new Uint8Array(32).fill(2));
  expect((await deriveRecoveryAuthKey(recoveryKey)).buffer.byteLength).toBe(32);
});

it('iterations end at 10,000,000, that one included', async () => {
  const context = { accountId: id, keyVersion: 1, iterations: 10_000_000, salt: new Uint8Array(16) };
  expect((await createAccountKey(key, context)).wrap).toHaveLength(104);
  await expect(createAccountKey(key, { ...context, iterations: 10_000_001 })).rejects.toMatchObject({
    code: 'malformed',
  });
});

it('what is no id and no mark is none, whatever it looks like', () => {
  expect([isId(id), isId([id]), isId(undefined)]).toEqual([true, false, false]);
  for (const hash of ['!'.repeat(43), 'A'.repeat(42), 5, undefined])
    expect(isRef({ revision: 1, sha256: hash })).toBe(false);
  for (const revision of [0, 1.5, '1', 2 ** 53]) expect(isRef({ ...ref, revision })).toBe(false);
  expect([isRef(ref), isRef(null), isRef({ ...ref, more: 1 })]).toEqual([true, false, false]);
});

it('what JSON has no word for is no document', () => {
  expect(() => padDocument(undefined as never)).toThrow(new TypeError('document must be a string'));
});

it('neither part of a card may be younger than it', async () => {
  for (const name of ['transcript', 'words']) {
    const parts = { transcript: ref, words: ref, [name]: { ...ref, revision: 3 } };
    const card = (revision: number) =>
      seal(key, contexts.card(id, revision), padDocument({ ...document, parts }));
    const opened = await openCard(key, { transcriptId: id, revision: 3 }, await card(3));
    expect(opened.parts).toEqual(parts);
    await expect(openCard(key, { transcriptId: id, revision: 2 }, await card(2))).rejects.toMatchObject({
      code: 'invalid_document',
    });
  }
});

it('a part that is kept is one of an earlier revision, named', async () => {
  const record = { transcriptId: id, revision: 2, card: document, transcript: document };
  for (const incomplete of [record, { ...record, parts: {} as never }])
    await expect(sealRecord(key, incomplete)).rejects.toThrow('words must be given, or named in parts');
  for (const words of [
    { ...ref, revision: 2 },
    { ...ref, sha256: 'x' },
  ])
    await expect(sealRecord(key, { ...record, parts: { transcript: ref, words } })).rejects.toThrow(
      'parts.words must be of an earlier revision',
    );
});
