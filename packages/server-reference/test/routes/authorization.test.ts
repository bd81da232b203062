/** Walks the protocol's table of routes, so that a new route is covered the day it appears. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pathOf, routes, type Route } from '@sealscribe/protocol';
import {
  base64url,
  bytesOf,
  creating,
  multipart,
  newId,
  newParts,
  newShare,
  Person,
  replacing,
  sendRecording,
  startVault,
} from './vault-app.js';
import type { VaultApp } from './vault-app.js';
import { newEpoch, newWorkspace, putShared } from './workspace-requests.js';

const vaultRoutes = Object.entries(routes as Record<string, Route>).filter(
  ([, { half }]) => half === 'vault',
);
const guarded = vaultRoutes.filter(([, { auth }]) => auth);
// A recording is sent before the write that names it: under the same id it is a new one, of whoever sends it.
const withId = guarded.filter(([name, { path }]) => path.includes(':') && name !== 'putRecordingPiece');

let vault: VaultApp;
let owner: Person;
const blob = newId();
const transcript = newId();
const shareId = newId();
const shared = newId();
const recording = newId();
let workspace: string;
beforeAll(async () => {
  vault = await startVault();
  owner = await Person.signUp(vault);
  await owner.putBlob(blob, bytesOf(40));
  await owner.putTranscript(transcript, newParts(), creating(0));
  const { card, index } = newParts();
  const headers = { ...replacing(1, 1), ...(await sendRecording(owner, transcript, recording, bytesOf(60))) };
  await owner.putTranscript(transcript, { card, index }, headers);
  workspace = await newWorkspace(owner);
  expect((await putShared(owner, workspace, shared)).statusCode).toBe(201);
  const at = `/v1/workspaces/${workspace}/transcripts/${shared}`;
  const sent = await sendRecording(owner, shared, recording, bytesOf(60), at);
  await putShared(owner, workspace, shared, { card, index }, { ...replacing(1, 2), ...sent });
  expect((await owner.putShare(transcript, shareId, newShare().share)).statusCode).toBe(201);
});
afterAll(() => vault.close());

test('every vault route of the table is there', () => {
  for (const [name, { method, path }] of vaultRoutes)
    expect(vault.app.hasRoute({ method, url: path }), name).toBe(true);
  expect(guarded.length).toBeGreaterThan(15);
});

test('only sign-up, prelogin, sign-in, recovery and opened links go without a session', () => {
  const open = vaultRoutes.filter(([, { auth }]) => !auth).map(([name]) => name);
  const accounts = ['prelogin', 'putKeysByRecovery', 'recover', 'signIn', 'signUp'];
  expect(open.sort()).toEqual([...accounts, 'openShare', 'sharePage'].sort());
});

/** The ids in a route's path, of the owner's own things. */
function idsOf({ path }: Route): string[] {
  const more = path.includes('/recordings') ? [recording, '0'] : [];
  if (path.startsWith('/v1/workspaces')) return [workspace, shared, ...more];
  const owned = { '/v1/blobs': blob, '/v1/shares': shareId };
  return [Object.entries(owned).find(([start]) => path.startsWith(start))?.[1] ?? transcript, ...more];
}

/** The JSON of the routes that take JSON. */
const bodies = new Map<Route, object>([
  [routes.invite, { email: 'somebody@example.com' }],
  [routes.acceptWorkspace, { epoch: 1, membership: base64url(1096) }],
]);

/** A well-formed request to the owner's own things, so that nothing but the session can be wrong with it. */
function ask(route: Route, authorization: string | undefined) {
  const ids = idsOf(route);
  if (route === routes.putShare)
    return vault.app.inject({
      method: 'PUT',
      url: pathOf(route, ...ids, newId()),
      headers: { ...(authorization !== undefined && { authorization }) },
      payload: newShare().share,
    });
  const json = route === routes.putWorkspace ? newEpoch([[owner, 'owner']], { epoch: 2 }) : bodies.get(route);
  if (json)
    return vault.app.inject({
      method: route.method,
      url: pathOf(route, ...ids),
      headers: { ...(authorization !== undefined && { authorization }), 'if-match': '"1"' },
      payload: json,
    });
  const { payload, contentType } = multipart(newParts());
  const isWrite = route.method === 'PUT' && route.path.includes('/transcripts/');
  return vault.app.inject({
    method: route.method,
    url: pathOf(route, ...ids, 1),
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(route.method === 'GET' ? {} : replacing(1, 1)),
      ...(route.method === 'GET'
        ? {}
        : { 'content-type': isWrite ? contentType : 'application/octet-stream' }),
    },
    ...(route.method !== 'GET' && { payload: isWrite ? payload : bytesOf(40) }),
  });
}

async function expiredToken(): Promise<string> {
  const person = await Person.signUp(vault);
  vault.wait(30 * 86_400);
  const answer = await vault.app.inject({
    method: 'POST',
    url: '/v1/sessions',
    payload: { email: owner.keys.email, authKey: owner.keys.authKey },
  });
  owner.token = answer.json().token;
  return person.token;
}

async function tokenOfDeleted(): Promise<string> {
  const person = await Person.signUp(vault);
  expect((await person.send('DELETE', '/v1/account')).statusCode).toBe(204);
  return person.token;
}

async function signedOutToken(): Promise<string> {
  const person = await Person.signUp(vault);
  await person.send('DELETE', '/v1/sessions/current');
  return person.token;
}

describe.each<[string, () => string | undefined | Promise<string>]>([
  ['no token', () => undefined],
  ['an empty token', () => 'Bearer '],
  ['a token nobody has', () => `Bearer ${base64url(32)}`],
  ['garbage', () => `Bearer ${'%00 or 1=1'}`],
  ['another scheme', () => `Basic ${owner.token}`],
  ['two tokens', () => `Bearer ${owner.token}, Bearer ${owner.token}`],
  ['an expired token', async () => `Bearer ${await expiredToken()}`],
  ["a deleted account's token", async () => `Bearer ${await tokenOfDeleted()}`],
  ['a signed-out token', async () => `Bearer ${await signedOutToken()}`],
])('%s', (_name, make) => {
  let authorization: string | undefined;
  beforeAll(async () => void (authorization = await make()));

  test.each(guarded)('opens no %s', async (_route, route) => {
    const answer = await ask(route, authorization);
    expect(answer.statusCode).toBe(401);
    expect(answer.json().error.code).toBe('unauthorized');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});

test("the owner's own token opens the same requests", async () => {
  for (const [name, route] of guarded.filter(([, { method }]) => method === 'GET'))
    expect((await ask(route, `Bearer ${owner.token}`)).statusCode, name).toBe(200);
});

describe('another person', () => {
  let other: Person;
  beforeAll(async () => void (other = await Person.signUp(vault)));

  test.each(withId)("finds nothing under the owner's ids by %s", async (name, route) => {
    const answer = await ask(route, `Bearer ${other.token}`);
    expect(answer.statusCode, name).toBe(404);
    expect(answer.json().error.code).toBe('not_found');
  });

  test('sees lists and an index of their own alone', async () => {
    expect((await other.send('GET', '/v1/blobs')).json()).toEqual({ blobs: [], next: null });
    expect((await other.send('GET', '/v1/transcripts')).json()).toEqual({ transcripts: [], next: null });
    expect((await other.send('GET', '/v1/shares')).json()).toEqual({ shares: [] });
    expect((await other.send('GET', '/v1/vault/index')).statusCode).toBe(404);
  });

  test("may use the same ids, which touches nothing of the owner's", async () => {
    const before = (await owner.send('GET', `/v1/blobs/${blob}`)).rawPayload;
    expect((await other.putBlob(blob, bytesOf(9))).statusCode).toBe(201);
    expect((await other.putTranscript(transcript, newParts(), creating(0))).statusCode).toBe(201);
    expect((await other.send('DELETE', '/v1/account/data')).statusCode).toBe(204);
    expect((await other.send('DELETE', '/v1/account')).statusCode).toBe(204);
    expect((await owner.send('GET', `/v1/blobs/${blob}`)).rawPayload.equals(before)).toBe(true);
    expect((await owner.send('GET', `/v1/transcripts/${transcript}`)).statusCode).toBe(200);
  });
});
