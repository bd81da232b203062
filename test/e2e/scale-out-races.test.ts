// Two server processes over one PostgreSQL: what one of them knows the other knows, and where clients meet at both at once exactly
// one of them wins, as at a single server.
import { createHash, randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShare, Sealscribe } from '@sealscribe/sdk-node';
import { hasPostgres, startPostgres, type Postgres } from '../fixtures/postgres.js';
import { startMembers, type Member } from './cluster.js';
import { transcriptOf } from './sdk-transcript.js';
import { call, hasServer, newSession, type Answer } from './server-requests.js';
import { Stream } from './stream-requests.js';

const main = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const base64url = (length: number) => randomBytes(length).toString('base64url');

describe.skipIf(!hasServer || !hasPostgres)('two servers, one database', () => {
  let postgres: Postgres;
  let database: string;
  let members: Member[];
  let urls: string[];
  beforeAll(async () => {
    postgres = await startPostgres();
    database = postgres.createDatabase();
    members = await startMembers(2, database);
    urls = members.map(({ server }) => server.url);
  });
  afterAll(async () => {
    await Promise.all((members ?? []).map((member) => member.stop()));
    await postgres?.stop();
  });

  const at = (one: number) => urls[one % 2] ?? '';
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const send = (server: number, method: string, path: string, token: string, rest: object = {}) =>
    call(`${at(server)}${path}`, {
      method,
      ...rest,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...('body' in rest && { 'content-type': 'application/json' }),
        ...(rest as { headers?: Record<string, string> }).headers,
      },
    });
  /** How often each status was answered to requests that go to both servers by turns, all at once. */
  async function race(count: number, request: (turn: number) => Promise<Answer>): Promise<string> {
    const answers = await Promise.all(Array.from({ length: count }, (_, turn) => request(turn)));
    const counts = new Map<number, number>();
    for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts]
      .sort()
      .map(([status, times]) => `${times} x ${status}`)
      .join(', ');
  }
  const newKeys = (email: string, authKey = base64url(32)) => ({
    ...{ email, salt: base64url(16), iterations: 600_000, keyVersion: 1, authKey },
    wraps: { password: base64url(104) },
  });
  const signUp = (turn: number, email: string, authKey?: string) =>
    send(turn, 'POST', '/v1/accounts', '', {
      body: json({ accountId: base64url(16), keys: newKeys(email, authKey) }),
    });

  test('of eight sign-ups with one email one succeeds', async () => {
    for (let round = 0; round < 3; round++) {
      const email = `race${round}@example.com`;
      expect(await race(8, (turn) => signUp(turn, email))).toBe('1 x 201, 7 x 409');
    }
  });

  test('of many writes of a blob one creates it, and one replaces each revision', async () => {
    const token = await newSession(at(0));
    const path = `/v1/blobs/${base64url(16)}`;
    const put = (condition: Record<string, string>) => (turn: number) =>
      send(turn, 'PUT', path, token, {
        body: randomBytes(500 + turn),
        headers: { ...condition, 'content-type': 'application/octet-stream' },
      });
    expect(await race(6, put({ 'if-none-match': '*' }))).toBe('1 x 201, 5 x 409');
    for (let revision = 1; revision <= 5; revision++)
      expect(await race(6, put({ 'if-match': `"${revision}"` }))).toBe('1 x 200, 5 x 409');
    const { bytes } = await send(0, 'GET', path, token);
    const { json: list } = await send(1, 'GET', '/v1/blobs', token);
    expect(list.blobs).toMatchObject([{ revision: 6, size: bytes.length }]);
    expect(await race(4, (turn) => send(turn, 'DELETE', path, token))).toBe('1 x 204, 3 x 404');
    const stored = postgres.query(database, 'select sum(stored_bytes) from accounts');
    expect(stored).toBe('0');
  });

  test('devices that save at both servers lose nothing of each other, and each index is the next', async () => {
    const person = { email: 'devices@example.com', password: 'correct horse battery staple' };
    const connect = (turn: number) =>
      new Sealscribe({ server: at(turn), fingerprint: members[turn % 2]?.server.fingerprint ?? '' });
    const first = await connect(0).signUp(person);
    const other = await connect(1).unlock(person);
    const vaults = [first, other];
    const saved: string[] = [];
    for (let i = 0; i < 4; i++)
      await Promise.all(
        vaults.map(async (vault, device) => {
          const { id } = await vault.save(transcriptOf(`number ${i} of device ${device}`));
          saved.push(id);
        }),
      );
    for (const vault of vaults)
      expect((await vault.list()).map((entry) => entry.id).sort()).toEqual([...saved].sort());

    // A link that may be opened five times is opened five times, wherever the viewers come from.
    const share = await first.share(saved[0] ?? '', { views: 5 });
    const links = [0, 1].map((turn) => share.link.replace(at(0), at(turn)));
    const opened = await Promise.all(
      Array.from({ length: 16 }, (_, turn) =>
        openShare(links[turn % 2] ?? '', {
          fingerprint: members[turn % 2]?.server.fingerprint ?? '',
        }).then(
          () => 'opened',
          (error: { code?: string }) => error.code,
        ),
      ),
    );
    expect(opened.filter((result) => result === 'opened')).toHaveLength(5);
    expect(new Set(opened).size).toBe(2);
  });

  test('a session of one is a session of the other, until it is ended at either', async () => {
    const token = await newSession(at(0));
    expect((await send(1, 'GET', '/v1/blobs', token)).status).toBe(200);
    expect((await send(1, 'DELETE', '/v1/sessions/current', token)).status).toBe(204);
    expect((await send(0, 'GET', '/v1/blobs', token)).status).toBe(401);
  });

  test('an unknown email gets the same salt at both', async () => {
    const ask = (turn: number) =>
      send(turn, 'POST', '/v1/accounts/prelogin', '', { body: json({ email: 'nobody@example.com' }) });
    expect((await ask(0)).json).toEqual((await ask(1)).json);
  });

  test('guesses are counted together, also many at once', async () => {
    const email = 'guessed@example.com';
    const authKey = base64url(32);
    expect((await signUp(0, email, authKey)).status).toBe(201);
    const guess = (turn: number, key = base64url(32)) =>
      send(turn, 'POST', '/v1/sessions', '', { body: json({ email, authKey: key }) });
    // Ten are free, and the eleventh makes the next one wait.
    expect(await race(20, (turn) => guess(turn))).toBe('11 x 401, 9 x 429');
    postgres.query(database, 'update shared_attempts set blocked_until = blocked_until + 3600000');
    for (const turn of [0, 1]) {
      const { status, json: refusal } = await guess(turn, authKey);
      expect([status, refusal.error.code]).toEqual([429, 'locked_out']);
    }
    postgres.query(database, 'delete from shared_attempts');
    expect((await guess(1, authKey)).status).toBe(200);
  });

  test('knocks are counted together', async () => {
    const left = async (turn: number) => {
      const { headers } = await send(turn, 'POST', '/v1/accounts/prelogin', '', { body: json({}) });
      return Number(headers['x-ratelimit-remaining']);
    };
    const difference = async () => (await left(0)) - (await left(1));
    // But for the one time at which a minute ends between the two.
    expect([await difference(), await difference()]).toContain(1);
  });

  test('no address and no email stands in what they count', async () => {
    await send(0, 'POST', '/v1/sessions', '', {
      body: json({ email: 'a@example.com', authKey: base64url(32) }),
    });
    const rows = postgres.query(
      database,
      'select * from shared_attempts union all select key, count, ends_at, 0, 0 from shared_knocks',
    );
    expect(rows.split('\n').length).toBeGreaterThan(3);
    expect(rows).not.toMatch(/127\.0|example|:/);
  });

  test('a token of a stream, made at one, opens one stream at the other', async () => {
    const session = await newSession(at(0));
    const made = await send(0, 'POST', '/v1/stream-tokens', session, { body: json({}) });
    const token = made.json.token as string;
    const stream = new Stream(at(1), { query: { token } });
    await stream.opened;
    stream.socket.close();
    await expect(new Stream(at(0), { query: { token } }).opened).rejects.toThrow();
    const hash = createHash('sha256').update(token).digest('base64url');
    expect(
      postgres.query(database, `select count(*) from shared_stream_tokens where token_hash = '${hash}'`),
    ).toBe('0');
  });

  test('a database that is gone for a moment is an answer to come back, and then all is there', async () => {
    const token = await newSession(at(0));
    const id = base64url(16);
    const put = await send(0, 'PUT', `/v1/blobs/${id}`, token, {
      body: randomBytes(100_000),
      headers: { 'if-none-match': '*', 'content-type': 'application/octet-stream' },
    });
    expect(put.status).toBe(201);
    const restarted = postgres.restart();
    const during = Array.from({ length: 40 }, (_, turn) => send(turn, 'GET', `/v1/blobs/${id}`, token));
    for (const { status } of await Promise.all(during)) expect([200, 503]).toContain(status);
    await restarted;
    await expect.poll(async () => (await send(1, 'GET', `/v1/blobs/${id}`, token)).status).toBe(200);
  });

  test('the password of the database is in no log, and in no message of a server that cannot start', () => {
    const start = (address: string) =>
      spawnSync(process.execPath, [main, '--port', '0', '--data', members[0]?.dataFolder ?? ''], {
        env: { ...process.env, SEALSCRIBE_SERVER_DATABASE: address },
        encoding: 'utf8',
      });
    const codes = spawnSync(process.execPath, [main, 'email-codes', '--json'], {
      env: { ...process.env, SEALSCRIBE_SERVER_DATABASE: database },
      encoding: 'utf8',
    });
    expect(codes).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
    const failures = [
      start(database.replace('sealscribe:', 'stranger:')),
      start(database.replace('/test_', '/none_')),
      start(`postgres://sealscribe:${postgres.password}@database.example.com/test`),
      start(`postgres://sealscribe:${postgres.password}@[bad/test`),
    ];
    for (const { status, stdout, stderr } of failures) {
      expect([status, stderr]).toEqual([1, expect.stringContaining('The PostgreSQL database does not open')]);
      expect(stdout + stderr).not.toContain(postgres.password);
    }
    expect(failures[2]?.stderr).toContain('sslmode=verify-full');
    for (const { server } of members)
      expect(server.stdout() + server.stderr()).not.toContain(postgres.password);
  });
});
