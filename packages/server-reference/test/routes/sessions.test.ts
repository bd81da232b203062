import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiKeyCreatedSchema, routes, type Route } from '@sealscribe/protocol';
import { bytesOf, newId, Person, startVault, type VaultApp } from './vault-app.js';

let vault: VaultApp;
let person: Person;
beforeAll(async () => void (vault = await startVault()));
beforeEach(async () => void (person = await Person.signUp(vault)));
afterAll(() => vault.close());

const signInAgain = async () => {
  const { email, authKey } = person.keys;
  const answer = await vault.app.inject({ method: 'POST', url: '/v1/sessions', payload: { email, authKey } });
  return answer.json().token as string;
};
const sessions = async () =>
  (await person.send('GET', '/v1/sessions')).json().sessions as { id: string; current: boolean }[];

describe('sessions', () => {
  test('are listed without anything that could be used, and say which one asks', async () => {
    const other = await signInAgain();
    const answer = await person.send('GET', '/v1/sessions');
    expect(answer.json().sessions).toEqual([
      { id: expect.any(String), createdAt: expect.any(String), expiresAt: expect.any(String), current: true },
      {
        id: expect.any(String),
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
        current: false,
      },
    ]);
    for (const token of [other, person.token]) expect(answer.body).not.toContain(token);
  });

  test('one is ended by its id, the others go on; nobody ends those of others', async () => {
    const other = await signInAgain();
    const ended = (await sessions()).find(({ current }) => !current)?.id;
    const stranger = await Person.signUp(vault);
    expect((await stranger.send('DELETE', `/v1/sessions/${ended}`)).statusCode).toBe(404);
    expect((await person.send('DELETE', `/v1/sessions/${ended}`)).statusCode).toBe(204);
    expect((await person.send('DELETE', `/v1/sessions/${ended}`)).statusCode).toBe(404);
    expect(await sessions()).toHaveLength(1);
    person.token = other;
    expect((await person.send('GET', '/v1/blobs')).statusCode).toBe(401);
  });
});

describe('API keys', () => {
  const create = async (payload: object = {}) =>
    apiKeyCreatedSchema.parse((await person.send('POST', '/v1/api-keys', { payload })).json());
  const withKey = async (key: string, route: Route, url: string = route.path) => {
    const answer = await vault.app.inject({
      method: route.method,
      url,
      headers: { authorization: `Bearer ${key}` },
    });
    return answer.statusCode;
  };

  test('move sealed bytes', async () => {
    const { key } = await create();
    person.token = key;
    const id = newId();
    expect((await person.putBlob(id, bytesOf(40), { 'if-none-match': '*' })).statusCode).toBe(201);
    expect((await person.send('GET', `/v1/blobs/${id}`)).statusCode).toBe(200);
  });

  test('do nothing that touches the account', async () => {
    const { key } = await create();
    const forbidden = Object.values(routes as Record<string, Route>).filter(
      ({ half, sessionOnly }) => half === 'vault' && sessionOnly,
    );
    expect(forbidden.length).toBeGreaterThanOrEqual(10);
    for (const route of forbidden)
      expect(await withKey(key, route, route.path.replace(':id', newId())), route.path).toBe(403);
    expect((await person.send('GET', '/v1/account/keys')).statusCode).toBe(200);
  });

  test('are shown once, listed without what they are, and open nothing once deleted or expired', async () => {
    const [kept, short] = [await create(), await create({ expiresInDays: 1 })];
    const list = await person.send('GET', '/v1/api-keys');
    expect(list.json().apiKeys.map(({ id }: { id: string }) => id)).toEqual([kept.id, short.id]);
    expect(list.body).not.toContain(kept.key.slice(-43));
    expect(await withKey(short.key, routes.listBlobs)).toBe(200);
    vault.wait(86_401);
    expect(await withKey(short.key, routes.listBlobs)).toBe(401);
    const stranger = await Person.signUp(vault);
    expect((await stranger.send('DELETE', `/v1/api-keys/${kept.id}`)).statusCode).toBe(404);
    expect(await withKey(kept.key, routes.listBlobs)).toBe(200);
    expect((await person.send('DELETE', `/v1/api-keys/${kept.id}`)).statusCode).toBe(204);
    expect(await withKey(kept.key, routes.listBlobs)).toBe(401);
  });

  test('a session token is no API key, and the other way round', async () => {
    const { key } = await create();
    expect(await withKey(key.slice('sealscribe_'.length), routes.listBlobs)).toBe(401);
    expect(await withKey(`sealscribe_${person.token}`, routes.listBlobs)).toBe(401);
  });

  test('at most 100 an account', async () => {
    for (let made = 0; made < 100; made++) await create();
    expect((await person.send('POST', '/v1/api-keys', { payload: {} })).statusCode).toBe(409);
  });
});
