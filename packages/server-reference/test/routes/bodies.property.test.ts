// Any JSON, and anything that is none, to every route of the vault that takes a body: an answer by a code of the closed list that repeats
// nothing of what came, and a server that goes on as before.
import { isErrorCode, routes } from '@sealscribe/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { newId, newKeys, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => {
  vault = await startVault();
  person = await Person.signUp(vault);
});
afterAll(() => vault.close());

const CANARY = 'canary-4711';
const keys = newKeys('someone@example.com');
/** Names that some route knows, and names that objects have anyway. */
const names = fc.oneof(
  fc.constantFrom('accountId', 'keys', 'email', 'authKey', 'recoveryAuthKey', 'wraps', 'code', 'name'),
  fc.constantFrom('transcriptKeys', 'shareLinks', 'memberships', 'index', 'privateKey', 'publicKey'),
  fc.constantFrom('accessHash', 'link', 'document', 'views', 'expiresIn', 'expiresInDays', 'roster', 'epoch'),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', CANARY),
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(CANARY, 1e308, -1, 0.5, '', '\0', 'a@b.c', 2 ** 53, [], {}, null, keys),
  fc.constantFrom<unknown>('A'.repeat(22), 'A'.repeat(43), 'A'.repeat(139), [CANARY], { [CANARY]: CANARY }),
);
const object = fc.dictionary(names, value, { maxKeys: 6 });
/** The same names again, as no JSON.stringify would write them. */
const twice = fc
  .array(fc.tuple(names, value), { maxLength: 6 })
  .map(
    (fields) =>
      `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join(',')}}`,
  );
const deep = fc
  .tuple(fc.integer({ min: 1, max: 50_000 }), fc.constantFrom(['[', ']'], ['{"keys":', '}'], ['[', '']))
  .map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
const text = fc.oneof(
  { weight: 4, arbitrary: object.map((one) => JSON.stringify(one)) },
  { weight: 3, arbitrary: twice },
  { weight: 2, arbitrary: deep },
  { weight: 1, arbitrary: deep.map((one) => `{"keys":${one},"authKey":${one}}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1e999', `[${'9'.repeat(100_000)}]`, `{"email":"${'\\u0000'.repeat(9_000)}"}`),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((one) => `${one}${CANARY}`),
    ),
  },
  // Well-formed but for one field: whatever gets so far costs a slow hash.
  {
    weight: 1,
    arbitrary: object.map((one) => JSON.stringify({ accountId: newId(), keys: { ...keys, ...one } })),
  },
);
const bodied = Object.values(routes).filter(
  ({ half, method }) => half === 'vault' && ['POST', 'PUT', 'DELETE'].includes(method),
);
/** Answers of these would end what the next case needs. */
const destructive = new Set(['/v1/account', '/v1/account/data', '/v1/sessions/current']);
const type = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('application/json; charset=utf-16', 'application/octet-stream', ''),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('multipart/form-data; boundary=b', 'multipart/form-data', 'text/plain', 'x'),
  },
);

it('is refused or taken, never a fault', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...bodied),
      text,
      type,
      fc.boolean(),
      fc.constantFrom<Record<string, string>>({}, { 'if-match': '"1"' }, { 'if-none-match': '*' }),
      async ({ method, path }, payload, contentType, signedIn, conditions) => {
        const authorized = signedIn && !(method === 'DELETE' && destructive.has(path));
        const answer = await vault.app.inject({
          method: method as 'POST',
          url: path.replace(/:[a-zA-Z]+/g, () => newId()),
          payload,
          headers: {
            ...(contentType && { 'content-type': contentType }),
            ...(authorized && { authorization: `Bearer ${person.token}` }),
            ...conditions,
          },
        });
        expect(answer.statusCode).toBeLessThan(500);
        if (answer.statusCode >= 400) {
          expect(isErrorCode(answer.json().error.code)).toBe(true);
          expect(answer.body).not.toContain(CANARY);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>)['keys']).toBeUndefined();
      },
    ),
    cases(3_000),
  );
  expect((await person.send('GET', '/v1/sessions')).statusCode).toBe(200);
  expect((await person.send('GET', '/v1/blobs')).json()).toMatchObject({ blobs: expect.any(Array) });
});
