import { afterAll, beforeAll, expect, test } from 'vitest';
import { blobInfoSchema, blobListSchema, blobWrittenSchema } from '@sealscribe/protocol';
import { bytesOf, newId, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => {
  vault = await startVault({ blobBytes: 100_000, accountBytes: 250_000 });
  person = await Person.signUp(vault);
});
afterAll(() => vault.close());

const outcome = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  JSON.parse(answer.body).error?.code,
];

test('bytes come back exactly as they were put', async () => {
  const id = newId();
  const bytes = Buffer.concat([Buffer.from([0, 255, 13, 10, 0]), bytesOf(50_000)]);
  const put = await person.putBlob(id, bytes);
  expect(put.statusCode).toBe(201);
  expect(blobWrittenSchema.parse(put.json())).toEqual({ id, revision: 1 });
  const got = await person.send('GET', `/v1/blobs/${id}`);
  expect(got.headers['content-type']).toBe('application/octet-stream');
  expect(got.headers.etag).toBe('"1"');
  expect(got.rawPayload.equals(bytes)).toBe(true);
  await person.send('DELETE', `/v1/blobs/${id}`);
});

test('a second creation under one id is refused and changes nothing', async () => {
  const id = newId();
  const bytes = bytesOf(40);
  await person.putBlob(id, bytes, { 'if-none-match': '*' });
  expect(outcome(await person.putBlob(id, bytesOf(40), { 'if-none-match': '*' }))).toEqual([409, 'id_taken']);
  expect(outcome(await person.putBlob(id, bytesOf(40)))).toEqual([409, 'id_taken']);
  expect((await person.send('GET', `/v1/blobs/${id}`)).rawPayload.equals(bytes)).toBe(true);
});

test('a replacement names the revision that it replaces, and only that one', async () => {
  const id = newId();
  const next = bytesOf(99);
  expect(outcome(await person.putBlob(id, next, { 'if-match': '"1"' }))).toEqual([404, 'not_found']);
  await person.putBlob(id, bytesOf(40));
  expect((await person.putBlob(id, next, { 'if-match': '"1"' })).json()).toEqual({ id, revision: 2 });
  expect(outcome(await person.putBlob(id, bytesOf(5), { 'if-match': '"1"' }))).toEqual([
    409,
    'revision_conflict',
  ]);
  const got = await person.send('GET', `/v1/blobs/${id}`);
  expect(got.headers.etag).toBe('"2"');
  expect(got.rawPayload.equals(next)).toBe(true);
});

test('of many replacements at once, one wins', async () => {
  const id = newId();
  await person.putBlob(id, bytesOf(40));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => person.putBlob(id, bytesOf(40), { 'if-match': '"1"' })),
  );
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, ...Array(9).fill(409)]);
});

test('deletion deletes, at the revision named or at any', async () => {
  const id = newId();
  await person.putBlob(id, bytesOf(40));
  const stale = await person.send('DELETE', `/v1/blobs/${id}`, { headers: { 'if-match': '"2"' } });
  expect(outcome(stale)).toEqual([409, 'revision_conflict']);
  expect((await person.send('DELETE', `/v1/blobs/${id}`)).statusCode).toBe(204);
  expect(outcome(await person.send('GET', `/v1/blobs/${id}`))).toEqual([404, 'not_found']);
  expect(outcome(await person.send('DELETE', `/v1/blobs/${id}`))).toEqual([404, 'not_found']);
});

test('a list shows every blob once, page by page, with sizes and times', async () => {
  const owner = await Person.signUp(vault);
  const ids = Array.from({ length: 7 }, newId).sort();
  for (const [size, id] of ids.entries()) await owner.putBlob(id, bytesOf(size + 1));
  const seen: unknown[] = [];
  let after = '';
  for (let pages = 1; ; pages++) {
    const answer = await owner.send('GET', `/v1/blobs?limit=3${after && `&after=${after}`}`);
    const { blobs, next } = blobListSchema.parse(answer.json());
    seen.push(...blobs);
    if (next === null) {
      expect(pages).toBe(3);
      break;
    }
    after = next;
  }
  expect(seen.map((blob) => blobInfoSchema.parse(blob).id)).toEqual(ids);
  expect(seen.map((blob) => blobInfoSchema.parse(blob).size)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect((await owner.send('GET', '/v1/blobs')).json().next).toBeNull();
});

test.each(['limit=0', 'limit=201', 'limit=1e2', 'after=x', 'sort=size', 'limit=1&limit=2'])(
  'a list refuses the query %s',
  async (query) => {
    expect(outcome(await person.send('GET', `/v1/blobs?${query}`))).toEqual([400, 'bad_request']);
  },
);

test('a blob over the limit is refused, announced or not', async () => {
  const id = newId();
  expect(outcome(await person.putBlob(id, bytesOf(100_001)))).toEqual([413, 'payload_too_large']);
  expect((await person.putBlob(id, bytesOf(100_000))).statusCode).toBe(201);
  await person.send('DELETE', `/v1/blobs/${id}`);
});

test('an account holds so much and no more, and has room again after a deletion', async () => {
  const owner = await Person.signUp(vault);
  const [first, second, third] = [newId(), newId(), newId()];
  await owner.putBlob(first, bytesOf(100_000));
  await owner.putBlob(second, bytesOf(100_000));
  expect(outcome(await owner.putBlob(third, bytesOf(50_001)))).toEqual([413, 'payload_too_large']);
  expect(outcome(await owner.send('GET', `/v1/blobs/${third}`))).toEqual([404, 'not_found']);
  expect((await owner.putBlob(third, bytesOf(50_000))).statusCode).toBe(201);
  expect(outcome(await owner.putBlob(third, bytesOf(50_001), { 'if-match': '"1"' }))).toEqual([
    413,
    'payload_too_large',
  ]);
  await owner.send('DELETE', `/v1/blobs/${first}`);
  expect((await owner.putBlob(third, bytesOf(100_000), { 'if-match': '"1"' })).statusCode).toBe(200);
});

test.each([
  ['a short id', 'abc', {}, 400],
  ['an id with spare bits', 'AAAAAAAAAAAAAAAAAAAAAB', {}, 400],
  ['an unquoted revision', newId(), { 'if-match': '1' }, 400],
  ['a weak revision', newId(), { 'if-match': 'W/"1"' }, 400],
  ['revision 0', newId(), { 'if-match': '"0"' }, 400],
  ['creation and replacement at once', newId(), { 'if-match': '"1"', 'if-none-match': '*' }, 400],
  ['creation unless a revision', newId(), { 'if-none-match': '"1"' }, 400],
  ['JSON', newId(), { 'content-type': 'application/json' }, 400],
  ['text', newId(), { 'content-type': 'text/plain' }, 415],
  ['a form', newId(), { 'content-type': 'application/x-www-form-urlencoded' }, 415],
])('a PUT with %s is refused', async (_name, id, headers, status) => {
  expect((await person.putBlob(id, bytesOf(40), headers as Record<string, string>)).statusCode).toBe(status);
});

test('a PUT without bytes is refused', async () => {
  expect(outcome(await person.putBlob(newId(), Buffer.alloc(0)))).toEqual([400, 'bad_request']);
  expect(outcome(await person.send('PUT', `/v1/blobs/${newId()}`))).toEqual([400, 'bad_request']);
});
