// Every route of the protocol's table × everything that somebody may have instead of the right session: the status that the table's need
// of a session says, on the real server. A route without a row here fails the test.
import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes, pathOf, type Route, type RouteName } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
} from '../../packages/server-reference/test/routes/vault-app.js';
import {
  newEpoch,
  newWorkspace,
  putShared,
} from '../../packages/server-reference/test/routes/workspace-requests.js';
import { speech } from './behaviour-requests.js';
import { rows } from './hardening-authorization-rows.js';
import { startServer, type RunningServer } from './server-process.js';
import { newStreamToken, refusedUpgrade, Stream } from './stream-requests.js';

const table = Object.entries(routes as Record<RouteName, Route>) as [RouteName, Route][];
const guarded = table.filter(([, { auth }]) => auth);

interface Asked {
  method?: string;
  url: string;
  headers?: Record<string, string>;
  payload?: Buffer | object;
}
interface Reply {
  statusCode: number;
  headers: Record<string, unknown>;
  rawPayload: Buffer;
  body: string;
  json(): unknown;
}
const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });
let server: RunningServer;
let cases = 0;

/** A request to the real server, said as one to an app in the same process. */
function send({ method = 'GET', url, headers = {}, payload }: Asked): Promise<Reply> {
  const isJson = payload !== undefined && !Buffer.isBuffer(payload);
  const body =
    payload === undefined || Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  const sent = {
    ...(isJson && { 'content-type': 'application/json' }),
    ...(body && { 'content-length': String(body.length) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(server.url + url, { method, headers: sent, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const rawPayload = Buffer.concat(chunks);
        const text = rawPayload.toString('utf8');
        const { statusCode = 0, headers } = answer;
        resolve({ statusCode, headers, rawPayload, body: text, json: () => JSON.parse(text) as unknown });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
const app = { inject: send } as unknown as ConstructorParameters<typeof Person>[0];
const signUp = () => Person.signUp({ app });

/** The owner's own things. */
const own = {
  ...{ blob: newId(), transcript: newId(), shareId: newId(), shared: newId(), recording: newId() },
  ...{ workspace: '', upload: '', session: '', apiKey: '', job: '', webhook: '' },
};
let owner: Person;
let linkToken: string;
/** What comes in the place of the right session, by name. */
const wrong: Record<string, string | undefined> = {};
let apiKey: string;

beforeAll(async () => {
  // Nobody listens there.
  const args = ['--workers', '1', '--webhook-to', 'hooks.example.com=127.0.0.1:9'];
  server = await startServer({ args });
  owner = await signUp();
  await owner.putBlob(own.blob, bytesOf(40), { 'if-none-match': '*' });
  await owner.putTranscript(own.transcript, newParts(), creating(0));
  const { card, index } = newParts();
  const sound = await sendRecording(owner, own.transcript, own.recording, bytesOf(60));
  await owner.putTranscript(own.transcript, { card, index }, { ...replacing(1, 1), ...sound });
  own.workspace = await newWorkspace(owner);
  await putShared(owner, own.workspace, own.shared);
  const at = `/v1/workspaces/${own.workspace}/transcripts/${own.shared}`;
  const sent = await sendRecording(owner, own.shared, own.recording, bytesOf(60), at);
  await putShared(owner, own.workspace, own.shared, { card, index }, { ...replacing(1, 2), ...sent });
  const { token, share } = newShare();
  linkToken = token;
  await owner.putShare(own.transcript, own.shareId, share);
  const created = await owner.send('POST', '/v1/uploads', { headers: { ...tus, 'upload-length': '9' } });
  own.upload = String(created.headers.location).split('/').at(-1) ?? '';
  own.job = await submitJob(owner.token);
  const hook = { payload: { url: 'https://hooks.example.com/' } };
  own.webhook = (await owner.send('POST', '/v1/webhooks', hook)).json<{ id: string }>().id;
  const { email, authKey } = owner.keys;
  await send({ method: 'POST', url: '/v1/sessions', payload: { email, authKey } });
  const { sessions } = (await owner.send('GET', '/v1/sessions')).json<{
    sessions: { id: string; current: boolean }[];
  }>();
  own.session = sessions.find(({ current }) => !current)?.id ?? '';
  const keyOf = async (person: Person) =>
    (await person.send('POST', '/v1/api-keys', { payload: {} })).json<{ id: string; key: string }>();
  own.apiKey = (await keyOf(owner)).id;
  apiKey = (await keyOf(owner)).key;

  const [ended, deleted, expired] = [await signUp(), await signUp(), await signUp()];
  await ended.send('DELETE', '/v1/sessions/current');
  const [keyOfDeleted, lost, late] = [await keyOf(deleted), await keyOf(owner), await keyOf(expired)];
  await deleted.send('DELETE', '/v1/account');
  await owner.send('DELETE', `/v1/api-keys/${lost.id}`);
  expire(expired.token, late.key);
  Object.assign(wrong, {
    ...{ 'no token': undefined, 'an empty token': 'Bearer ', garbage: 'Bearer %00 or 1=1' },
    'a token nobody has': `Bearer ${base64url(32)}`,
    'another scheme': `Basic ${owner.token}`,
    'two tokens': `Bearer ${owner.token}, Bearer ${owner.token}`,
    'a session that has expired': `Bearer ${expired.token}`,
    'a session that was ended': `Bearer ${ended.token}`,
    'the session of a deleted account': `Bearer ${deleted.token}`,
    'an API key that has expired': `Bearer ${late.key}`,
    'an API key that was deleted': `Bearer ${lost.key}`,
    'the API key of a deleted account': `Bearer ${keyOfDeleted.key}`,
    'an API key as a session': `Bearer ${apiKey.slice(-43)}`,
    'a session as an API key': `Bearer ${apiKey.slice(0, -43)}${owner.token}`,
    'the token of a link': `Bearer ${linkToken}`,
    'the token of a stream': `Bearer ${await newStreamToken(server.url, owner.token)}`,
    'a stored hash': `Bearer ${hashOf(owner.token)}`,
  });
});
afterAll(async () => {
  agent.destroy();
  await server?.stop();
});

/** A short recording as a job; gives its id. */
async function submitJob(token: string): Promise<string> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(speech({ end: 1 }))]), 'recording.wav');
  const encoded = new Response(form);
  const answer = await send({
    ...{ method: 'POST', url: '/v1/transcriptions' },
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': encoded.headers.get('content-type') ?? '',
    },
    payload: Buffer.from(await encoded.arrayBuffer()),
  });
  expect(answer.statusCode).toBe(202);
  return (answer.json() as { id: string }).id;
}

const tus = { 'tus-resumable': '1.0.0' };
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Time passes for a session and an API key: in the store, because the server's clock is the world's. */
function expire(session: string, key: string): void {
  const folder = fileURLToPath(new URL('../../packages/server-reference/', import.meta.url));
  const Database = createRequire(join(folder, 'package.json'))('libsql') as new (path: string) => {
    prepare(sql: string): { run(...values: string[]): { changes: number } };
    close(): void;
  };
  const database = new Database(join(server.dataFolder, 'sealscribe.db'));
  const past = '2020-01-01T00:00:00.000Z';
  const at = (table: string, column: string) =>
    database.prepare(`UPDATE ${table} SET expires_at = ? WHERE ${column} = ?`);
  const changes = [
    at('sessions', 'token_hash').run(past, hashOf(session)).changes,
    at('api_keys', 'key_hash').run(past, hashOf(key.slice(-43))).changes,
  ];
  database.close();
  expect(changes).toEqual([1, 1]);
}

/** The ids in a route's path, of the owner's own things. */
function idsOf({ path }: Route): string[] {
  const more = path.includes('/recordings')
    ? [own.recording, '0']
    : path.includes('/shares/')
      ? [newId()]
      : [];
  if (path.startsWith('/v1/workspaces')) return [own.workspace, own.shared, ...more];
  const starts = [
    ...[
      ['/v1/blobs', own.blob],
      ['/v1/shares', own.shareId],
      ['/v1/shared', own.shareId],
      ['/s/', own.shareId],
    ],
    ...[
      ['/v1/uploads', own.upload],
      ['/v1/sessions', own.session],
      ['/v1/api-keys', own.apiKey],
      ['/v1/models', 'default'],
      ['/v1/transcriptions', own.job],
      ['/v1/webhooks', own.webhook],
    ],
  ] as const;
  return [starts.find(([start]) => path.startsWith(start))?.[1] ?? own.transcript, ...more];
}

/** A well-formed request, so that nothing but the permission can be wrong with it. */
function ask(route: Route, authorization: string | undefined, ids = idsOf(route)): Promise<Reply> {
  const json: Partial<Record<string, object>> = {
    [routes.putShare.path]: newShare().share,
    [routes.invite.path]: { email: 'somebody@example.com' },
    [routes.acceptWorkspace.path]: { epoch: 1, membership: base64url(1096) },
    ...(route === routes.putWorkspace && { [route.path]: newEpoch([[owner, 'owner']], { epoch: 2 }) }),
    [routes.createWebhook.path]: { url: 'https://hooks.example.com/' },
    ...((route.path === '/v1/api-keys' || route === routes.streamTokens) && { [route.path]: {} }),
  };
  const isRead =
    ['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(route.method) &&
    route !== routes.deleteTranscript &&
    route !== routes.deleteSharedTranscript;
  const form = multipart(newParts());
  const isForm = route === routes.putTranscript || route === routes.putSharedTranscript;
  const payload = isRead ? undefined : (json[route.path] ?? (isForm ? form.payload : bytesOf(9)));
  const type = route.path.startsWith('/v1/uploads')
    ? 'application/offset+octet-stream'
    : 'application/octet-stream';
  return send({
    method: route.method,
    url: pathOf(route, ...ids, 1),
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(route.path.startsWith('/v1/uploads') && {
        ...tus,
        'upload-offset': '0',
        'x-http-method-override': 'PATCH',
      }),
      ...(route === routes.createUpload && { 'upload-length': '9' }),
      ...(isRead && route.method !== 'DELETE' ? {} : replacing(1, 1)),
      ...(Buffer.isBuffer(payload) && { 'content-type': isForm ? form.contentType : type }),
    },
    ...(payload !== undefined && { payload }),
  });
}

test('there is a row for every route, and it says what the table says', () => {
  expect(Object.keys(rows).sort()).toEqual(table.map(([name]) => name).sort());
  for (const [name, { auth, sessionOnly }] of table)
    expect([name, rows[name][0]]).toEqual([
      name,
      sessionOnly ? 'session' : auth ? 'key' : name === 'openShare' ? 'link' : 'nothing',
    ]);
});

describe('what is not the right session', () => {
  test.each(guarded)('opens no %s', async (_name, route) => {
    const answered: Record<string, number> = {};
    for (const [what, authorization] of Object.entries(wrong)) {
      const answer = await ask(route, authorization);
      answered[what] = answer.statusCode;
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      if (route.method !== 'HEAD') expect(answer.body).toContain('"unauthorized"');
      cases++;
    }
    expect(answered).toEqual(Object.fromEntries(Object.keys(wrong).map((what) => [what, 401])));
  });

  test.each(table.filter(([name]) => rows[name][0] === 'nothing'))(
    'makes no difference to %s',
    async (_name, route) => {
      const { statusCode } = await ask(route, undefined);
      expect(statusCode).not.toBe(401);
      for (const authorization of Object.values(wrong)) {
        expect((await ask(route, authorization)).statusCode).toBe(statusCode);
        cases++;
      }
    },
  );

  test('opens no link, but its own token does', async () => {
    for (const [what, authorization] of Object.entries(wrong)) {
      if (what === 'the token of a link') continue;
      expect([401, 429]).toContain((await ask(routes.openShare, authorization)).statusCode);
      cases++;
    }
  });
});

describe('an API key', () => {
  // Of an account that has nothing, so that nothing is lost.
  let key: string;
  beforeAll(async () => {
    const person = await signUp();
    ({ key } = (await person.send('POST', '/v1/api-keys', { payload: {} })).json<{ key: string }>());
  });

  test.each(guarded)('opens %s if the table says so', async (name, route) => {
    const { statusCode, body } = await ask(route, `Bearer ${key}`);
    cases++;
    if (rows[name][0] === 'session')
      expect([statusCode, body]).toEqual([403, expect.stringContaining('"forbidden"')]);
    else expect([401, 403]).not.toContain(statusCode);
  });
});

describe('another person', () => {
  let other: Person;
  beforeAll(async () => void (other = await signUp()));
  /** What an answer says, but for what is of this answer alone. */
  const tell = ({ statusCode, headers, rawPayload }: Reply) => ({
    statusCode,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^(date|x-request-id|x-ratelimit-.*)$/.test(name)),
    ),
    body: rawPayload.toString('latin1').replace(/"requestId":"[\da-f-]{36}"/, ''),
  });

  test.each(table.filter(([name]) => rows[name][1] === 'nothing'))(
    'finds by %s what there is where there is nothing, to the byte',
    async (_name, route) => {
      const theirs = await ask(route, `Bearer ${other.token}`);
      const absent = await ask(
        route,
        `Bearer ${other.token}`,
        idsOf(route).map((id) => (id.length === 22 ? newId() : id)),
      );
      expect(theirs.statusCode).toBe(404);
      expect(tell(theirs)).toEqual(tell(absent));
      cases += 2;
    },
  );

  test.each(guarded.filter(([, { method, path }]) => method === 'GET' && !path.includes(':')))(
    'sees by %s nothing of the owner',
    async (_name, route) => {
      const { body } = await ask(route, `Bearer ${other.token}`);
      for (const id of [...Object.values(own), owner.accountId, owner.keys.email])
        expect(body).not.toContain(id);
      cases++;
    },
  );
});

test('the token of a stream opens one stream, once', async () => {
  const token = await newStreamToken(server.url, owner.token);
  const stream = new Stream(server.url, { query: { token } });
  await stream.opened;
  stream.socket.close();
  for (const again of [token, randomBytes(32).toString('base64url'), linkToken])
    await expect(refusedUpgrade(server.url, `/v1/stream?token=${again}`, {})).resolves.toMatchObject({
      status: 401,
    });
});

describe('the owner', () => {
  /** Last of all, what ends the account's things. */
  const order = ([name]: [RouteName, Route]) =>
    ['deleteAccount', 'signOut', 'deleteData'].includes(name) ? 9 : /^(delete|leave|end)/.test(name) ? 1 : 0;
  const sorted = [...guarded]
    .filter(([name]) => !['signOut', 'deleteAccount'].includes(name))
    .sort((a, b) => order(a) - order(b));

  test.each(sorted)('is let in by %s', async (name, route) => {
    const [, , expected] = rows[name];
    const { statusCode, body } = await ask(route, `Bearer ${owner.token}`);
    cases++;
    if (expected === 'passes') expect([401, 403], body).not.toContain(statusCode);
    else expect(statusCode, body).toBe(expected);
  });

  test.each(['signOut', 'deleteAccount'] as const)('and %s is the end', async (name) => {
    const person = await signUp();
    expect((await ask(routes[name], `Bearer ${person.token}`)).statusCode).toBe(204);
    expect((await ask(routes.listBlobs, `Bearer ${person.token}`)).statusCode).toBe(401);
  });

  test('in all, more than fifteen hundred questions were asked', () => expect(cases).toBeGreaterThan(1500));
});
