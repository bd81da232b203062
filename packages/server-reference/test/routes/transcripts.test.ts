import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  INDEX_MATCH_HEADER,
  PART_REVISION_HEADER,
  transcriptInfoSchema,
  transcriptListSchema,
  transcriptWrittenSchema,
} from '@sealscribe/protocol';
import { bytesOf, creating, multipart, newId, newParts, Person, replacing, startVault } from './vault-app.js';
import type { VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => void (vault = await startVault({ partBytes: 50_000, cardBytes: 2_000 })));
beforeEach(async () => void (person = await Person.signUp(vault)));
afterAll(() => vault.close());

const outcome = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  JSON.parse(answer.body).error?.code,
];
const indexOf = async (of: Person) => of.send('GET', '/v1/vault/index');
const get = (id: string, part = '') => person.send('GET', `/v1/transcripts/${id}${part}`);

/** A transcript created by the person of this test. */
async function created() {
  const id = newId();
  const parts = newParts();
  await person.putTranscript(id, parts, creating(0));
  return { id, parts };
}

describe('creating', () => {
  test('stores all five parts together, and each comes back exactly', async () => {
    const id = newId();
    const parts = newParts();
    const put = await person.putTranscript(id, parts, creating(0));
    expect(put.statusCode).toBe(201);
    expect(put.headers.etag).toBe('"1"');
    expect(transcriptWrittenSchema.parse(put.json())).toEqual({ id, revision: 1, indexRevision: 1 });

    const card = await get(id);
    expect(card.headers.etag).toBe('"1"');
    const info = transcriptInfoSchema.parse(card.json());
    expect(Buffer.from(info.card, 'base64url').equals(parts.card)).toBe(true);
    expect(Buffer.from(info.key, 'base64url').equals(parts.key)).toBe(true);
    for (const part of ['transcript', 'words'] as const) {
      const got = await get(id, `/${part}`);
      expect(got.rawPayload.equals(parts[part])).toBe(true);
      expect(got.headers).toMatchObject({
        etag: '"1"',
        [PART_REVISION_HEADER]: '1',
        'content-type': 'application/octet-stream',
      });
    }
    const index = await indexOf(person);
    expect(index.headers.etag).toBe('"1"');
    expect(index.rawPayload.equals(parts.index)).toBe(true);
  });

  test('refuses an id in use and leaves transcript and index as they were', async () => {
    const { id, parts } = await created();
    expect(outcome(await person.putTranscript(id, newParts(), creating(1)))).toEqual([409, 'id_taken']);
    expect((await get(id, '/words')).rawPayload.equals(parts.words)).toBe(true);
    expect((await indexOf(person)).headers.etag).toBe('"1"');
  });

  test('refuses an index that has moved on, and stores nothing', async () => {
    await created();
    const id = newId();
    expect(outcome(await person.putTranscript(id, newParts(), creating(0)))).toEqual([
      409,
      'revision_conflict',
    ]);
    expect(outcome(await person.putTranscript(id, newParts(), creating(2)))).toEqual([
      409,
      'revision_conflict',
    ]);
    expect(outcome(await get(id))).toEqual([404, 'not_found']);
  });

  test.each(['key', 'card', 'transcript', 'words', 'index'] as const)('needs the part %s', async (part) => {
    const { [part]: _, ...rest } = newParts();
    const answer = await person.putTranscript(newId(), rest, creating(0));
    expect(outcome(answer)).toEqual([400, 'bad_request']);
    expect(answer.json().error.message).toContain(`"${part}"`);
  });

  test('of many at once on one index, one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => person.putTranscript(newId(), newParts(), creating(0))),
    );
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect((await person.send('GET', '/v1/transcripts')).json().transcripts).toHaveLength(1);
  });
});

describe('replacing', () => {
  test('keeps the parts that are not sent, with the revision at which they were stored', async () => {
    const { id, parts } = await created();
    const { card, index, transcript } = newParts();
    const put = await person.putTranscript(id, { card, index, transcript }, replacing(1, 1));
    expect(put.statusCode).toBe(200);
    expect(put.json()).toEqual({ id, revision: 2, indexRevision: 2 });

    const info = transcriptInfoSchema.parse((await get(id)).json());
    expect(info.revision).toBe(2);
    expect(Buffer.from(info.card, 'base64url').equals(card)).toBe(true);
    expect(Buffer.from(info.key, 'base64url').equals(parts.key)).toBe(true);
    const words = await get(id, '/words');
    expect(words.rawPayload.equals(parts.words)).toBe(true);
    expect(words.headers).toMatchObject({ etag: '"2"', [PART_REVISION_HEADER]: '1' });
    const replaced = await get(id, '/transcript');
    expect(replaced.rawPayload.equals(transcript)).toBe(true);
    expect(replaced.headers).toMatchObject({ etag: '"2"', [PART_REVISION_HEADER]: '2' });
  });

  test.each([
    ['transcript', 2, 1],
    ['index', 1, 2],
    ['index said to be missing', 1, 0],
  ])('refuses another revision of the %s and changes nothing', async (_name, revision, indexRevision) => {
    const { id, parts } = await created();
    const { card, index } = newParts();
    const answer = await person.putTranscript(id, { card, index }, replacing(revision, indexRevision));
    expect(outcome(answer)).toEqual([409, 'revision_conflict']);
    const info = (await get(id)).json();
    expect([info.revision, info.card]).toEqual([1, parts.card.toString('base64url')]);
    expect((await indexOf(person)).rawPayload.equals(parts.index)).toBe(true);
  });

  test('needs card and index, and a transcript to replace', async () => {
    const { id } = await created();
    const { card, index } = newParts();
    expect(outcome(await person.putTranscript(id, { card }, replacing(1, 1)))).toEqual([400, 'bad_request']);
    expect(outcome(await person.putTranscript(id, { index }, replacing(1, 1)))).toEqual([400, 'bad_request']);
    expect(outcome(await person.putTranscript(newId(), { card, index }, replacing(1, 1)))).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('deleting', () => {
  const remove = (id: string, index: Buffer, headers: Record<string, string>) =>
    person.send('DELETE', `/v1/transcripts/${id}`, { payload: index, headers });

  test('takes the new index in the same step', async () => {
    const { id } = await created();
    const index = bytesOf(700);
    const answer = await remove(id, index, replacing(1, 1));
    expect(answer.statusCode).toBe(200);
    expect(transcriptWrittenSchema.parse(answer.json())).toEqual({ id, revision: 0, indexRevision: 2 });
    for (const part of ['', '/transcript', '/words']) expect(outcome(await get(id, part))[0]).toBe(404);
    expect((await indexOf(person)).rawPayload.equals(index)).toBe(true);
  });

  test('refuses other revisions, a missing index and a missing header', async () => {
    const { id } = await created();
    const index = bytesOf(700);
    expect(outcome(await remove(id, index, replacing(2, 1)))).toEqual([409, 'revision_conflict']);
    expect(outcome(await remove(id, index, replacing(1, 2)))).toEqual([409, 'revision_conflict']);
    expect(outcome(await remove(id, Buffer.alloc(0), replacing(1, 1)))).toEqual([400, 'bad_request']);
    expect(outcome(await remove(id, index, { 'if-match': '"1"' }))).toEqual([400, 'bad_request']);
    expect(outcome(await remove(id, index, { [INDEX_MATCH_HEADER]: '"1"' }))).toEqual([400, 'bad_request']);
    expect((await get(id)).statusCode).toBe(200);
    expect((await indexOf(person)).headers.etag).toBe('"1"');
  });
});

test('a list shows every transcript once, page by page, each with its card', async () => {
  const cards = new Map<string, string>();
  for (let count = 0; count < 5; count++) {
    const id = newId();
    const parts = newParts();
    await person.putTranscript(id, parts, creating(count));
    cards.set(id, parts.card.toString('base64url'));
  }
  const seen: [string, string][] = [];
  let after: string | null = '';
  while (after !== null) {
    const answer = await person.send('GET', `/v1/transcripts?limit=2${after && `&after=${after}`}`);
    const page = transcriptListSchema.parse(answer.json());
    seen.push(...page.transcripts.map(({ id, card }): [string, string] => [id, card]));
    after = page.next;
  }
  expect(seen).toEqual([...cards].sort(([a], [b]) => (a < b ? -1 : 1)));
});

test('there is no index before the first write', async () => {
  expect(outcome(await indexOf(person))).toEqual([404, 'not_found']);
});

test('the bound of an account counts every sealed byte, earlier revisions with them, neither more nor less', async () => {
  const { id } = await created();
  const { card, index, words } = newParts();
  await person.putTranscript(id, { card, index: bytesOf(5), words: words.subarray(100) }, replacing(1, 1));
  await person.putTranscript(newId(), newParts(), creating(2));
  await person.send('DELETE', `/v1/transcripts/${id}`, { payload: index, headers: replacing(2, 3) });
  const blob = newId();
  await person.putBlob(blob, bytesOf(77));
  await person.putBlob(blob, bytesOf(66), { 'if-match': '"1"' });
  const { stored_bytes: counted } = await vault.store.db
    .selectFrom('accounts')
    .select('stored_bytes')
    .where('id', '=', person.accountId)
    .executeTakeFirstOrThrow();
  expect(counted).toBe(104 + 1112 + 3000 + 9000 + 1112 + 66);
});

describe('a multipart body is refused', () => {
  const put = (payload: Buffer, type: string) =>
    person.send('PUT', `/v1/transcripts/${newId()}`, {
      payload,
      headers: { 'content-type': type, ...creating(0) },
    });

  test.each([
    ['a part twice', () => ({ ...newParts(), 'card"; x="': bytesOf(10) })],
    ['an unknown part', () => ({ ...newParts(), title: bytesOf(10) })],
    ['a key of the wrong length', () => ({ ...newParts(), key: bytesOf(103) })],
    ['an empty part', () => ({ ...newParts(), words: Buffer.alloc(0) })],
    ['a prototype as a name', () => ({ ...newParts(), constructor: bytesOf(5) })],
  ])('with %s', async (_name, parts) => {
    const { payload, contentType } = multipart(parts());
    expect(outcome(await put(payload, contentType))).toEqual([400, 'bad_request']);
  });

  test.each([
    ['a part', { words: bytesOf(50_001) }],
    ['a card', { card: bytesOf(2_001) }],
  ])('with %s over the limit', async (_name, change) => {
    const { payload, contentType } = multipart({ ...newParts(), ...change });
    expect(outcome(await put(payload, contentType))).toEqual([413, 'payload_too_large']);
  });

  test('cut short, without a boundary, or as something else', async () => {
    const { payload, contentType } = multipart(newParts());
    expect(outcome(await put(payload.subarray(0, 9_000), contentType))).toEqual([400, 'bad_request']);
    expect(outcome(await put(payload, 'multipart/form-data'))).toEqual([400, 'bad_request']);
    expect(outcome(await put(payload, 'application/octet-stream'))).toEqual([415, 'unsupported_media']);
  });

  test('and the server goes on', async () => {
    expect((await person.putTranscript(newId(), newParts(), creating(0))).statusCode).toBe(201);
  });
});
