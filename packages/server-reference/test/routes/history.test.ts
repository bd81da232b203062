import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { earlierRevisionSchema, revisionListSchema } from '@sealscribe/protocol';
import { KEPT } from '../../src/store/earlier-revisions.js';
import { bytesOf, creating, newId, newParts, Person, replacing, startVault } from './vault-app.js';
import type { SealedParts, VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => void (person = await Person.signUp(vault)));
afterAll(() => vault.close());

const list = async (id: string) =>
  revisionListSchema.parse((await person.send('GET', `/v1/transcripts/${id}/revisions`)).json()).revisions;
const read = async (id: string, revision: number) => {
  const answer = await person.send('GET', `/v1/transcripts/${id}/revisions/${revision}`);
  if (answer.statusCode !== 200) return answer.statusCode;
  return earlierRevisionSchema.parse(answer.json());
};
const text = (bytes: Buffer) => bytes.toString('base64url');

/** Writes revisions one after the other, each with the parts it changes; gives all parts as they were at each. */
async function write(id: string, changes: (keyof SealedParts)[][]) {
  const all: SealedParts[] = [newParts()];
  await person.putTranscript(id, newParts(), creating(0));
  await person.send('DELETE', `/v1/transcripts/${id}`, { payload: bytesOf(9), headers: replacing(1, 1) });
  await person.putTranscript(id, all[0], creating(2));
  for (const [position, names] of changes.entries()) {
    const fresh = newParts();
    const sent = Object.fromEntries(
      (['card', 'index', ...names] as const).map((name) => [name, fresh[name]]),
    ) as Partial<SealedParts>;
    const answer = await person.putTranscript(id, sent, replacing(position + 1, position + 3));
    expect(answer.statusCode).toBe(200);
    all.push({ ...all[position], ...sent });
  }
  return all;
}

test('every earlier revision comes back whole, whichever of its parts a later one shares', async () => {
  const id = newId();
  const all = await write(id, [[], ['transcript'], ['words'], ['transcript', 'words'], []]);
  const earlier = all.slice(0, -1);
  expect(await list(id)).toEqual(
    earlier.map(({ card }, position) => ({ revision: position + 1, card: text(card) })).reverse(),
  );
  for (const [position, { card, transcript, words }] of earlier.entries())
    expect(await read(id, position + 1)).toEqual({
      revision: position + 1,
      card: text(card),
      transcript: text(transcript),
      words: text(words),
    });
});

test('the present revision, one to come and nonsense are no earlier revision', async () => {
  const id = newId();
  await write(id, [[]]);
  expect([await read(id, 2), await read(id, 3), await read(id, 0)]).toEqual([404, 404, 400]);
  expect((await person.send('GET', `/v1/transcripts/${newId()}/revisions`)).statusCode).toBe(404);
  expect((await person.send('DELETE', `/v1/transcripts/${newId()}/revisions`)).statusCode).toBe(404);
});

test('a new transcript under a deleted id has no history, and a refused write adds none', async () => {
  const id = newId();
  await write(id, []);
  const { card, index } = newParts();
  expect((await person.putTranscript(id, { card, index }, replacing(1, 9))).statusCode).toBe(409);
  expect(await list(id)).toEqual([]);
});

test('the latest are kept, and the account is charged for what is kept', async () => {
  const id = newId();
  await write(
    id,
    Array.from({ length: KEPT + 3 }, () => ['transcript' as const]),
  );
  const revisions = (await list(id)).map(({ revision }) => revision);
  expect(revisions).toHaveLength(KEPT);
  expect(revisions.at(-1)).toBe(4);
  const counted = async () =>
    (
      await vault.store.db
        .selectFrom('accounts')
        .select('stored_bytes')
        .where('id', '=', person.accountId)
        .executeTakeFirstOrThrow()
    ).stored_bytes;
  const present = 104 + 1112 + 3000 + 9000 + 1112;
  expect(await counted()).toBe(present + KEPT * (1112 + 3000));
  expect((await person.send('DELETE', `/v1/transcripts/${id}/revisions`)).statusCode).toBe(204);
  expect(await counted()).toBe(present);
  expect(await list(id)).toEqual([]);
});

test('a write with another key ends the history', async () => {
  const id = newId();
  await write(id, [['transcript'], ['words']]);
  expect(await list(id)).toHaveLength(2);
  expect((await person.putTranscript(id, newParts(), replacing(3, 5))).statusCode).toBe(200);
  expect(await list(id)).toEqual([]);
});
