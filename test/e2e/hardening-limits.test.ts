// How often anybody may knock, route by route from the protocol's table; that unknown emails answer as known ones do; and that secrets are
// compared in one place only.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes, type Route } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { call, newSession, transcribe } from './server-requests.js';

const bytes = (length: number) => randomBytes(length).toString('base64url');
let server: RunningServer;
let session: ClientHttp2Session;
let token: string;
beforeAll(async () => {
  server = await startServer({ args: ['--workers', '1', '--log-level', 'error'] });
  session = connect(server.url, { rejectUnauthorized: false });
  // Before its route is asked too often.
  token = await newSession(server.url);
});
afterAll(async () => {
  session?.destroy();
  await server?.stop();
});

interface Reply {
  status: number;
  retryAfter: unknown;
  headers: Record<string, unknown>;
  text: string;
}
/** One request over the one connection of HTTP/2. */
function ask(
  method: string,
  path: string,
  json?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ...{ ':method': method, ':path': path, ...headers },
      ...(json && { 'content-type': 'application/json' }),
    });
    let head: Record<string, unknown> = {};
    let text = '';
    stream.on('error', reject).on('response', (received: Record<string, unknown>) => (head = received));
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    stream.on('end', () =>
      resolve({ status: Number(head[':status']), retryAfter: head['retry-after'], headers: head, text }),
    );
    stream.end(json && JSON.stringify(json));
  });
}

describe('equal answers', () => {
  const known = `${bytes(9)}@example.com`;
  const keys = {
    ...{ email: known, salt: bytes(16), iterations: 600_000, keyVersion: 1, authKey: bytes(32) },
    wraps: { password: bytes(104) },
  };
  beforeAll(async () => {
    expect((await ask('POST', '/v1/accounts', { accountId: bytes(16), keys })).status).toBe(201);
  });
  /** What an answer says, but for what is of this answer alone. */
  const shape = ({ status, headers, text }: Reply) => ({
    status,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^(date|x-request-id|x-ratelimit-.*)$/.test(name)),
    ),
    text: text.replace(/[\da-f-]{36}/, 'ID').replace(/"salt":"[\w-]{22}"/, 'SALT'),
  });

  test.each<[string, string, string, (email: string) => object]>([
    ['prelogin', 'POST', '/v1/accounts/prelogin', (email) => ({ email })],
    ['sign-in', 'POST', '/v1/sessions', (email) => ({ email, authKey: bytes(32) })],
    ['recovery', 'POST', '/v1/accounts/recovery', (email) => ({ email, recoveryAuthKey: bytes(32) })],
    [
      'a new password by recovery',
      'PUT',
      '/v1/accounts/recovery',
      (email) => ({
        ...{ email, recoveryAuthKey: bytes(32) },
        keys: { ...keys, email, keyVersion: 2, recovery: { authKey: bytes(32), wrap: bytes(104) } },
      }),
    ],
  ])('%s says of an unknown email what it says of a known one', async (_name, method, path, body) => {
    const headers = { 'if-match': '"1"' };
    const one = shape(await ask(method, path, body(known), headers));
    const other = shape(await ask(method, path, body(`${bytes(9)}@example.com`), headers));
    expect(other).toEqual(one);
    expect(one.status).toBe(path.endsWith('prelogin') ? 200 : 401);
  });

  test('guessing locks out after some attempts, and as long for an email that nobody has', async () => {
    const guess = async (email: string) => {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i++)
        statuses.push((await ask('POST', '/v1/sessions', { email, authKey: bytes(32) })).status);
      return statuses;
    };
    const unknown = await guess(`${bytes(9)}@example.com`);
    expect(unknown.slice(0, 9)).toEqual(Array(9).fill(401));
    expect(unknown.at(-1)).toBe(429);
    // One of the known email's attempts was made above, and its recovery key's two count as well.
    expect((await guess(known)).slice(7)).toEqual(expect.arrayContaining([429]));
    const right = await ask('POST', '/v1/sessions', { email: known, authKey: keys.authKey });
    expect([right.status, JSON.parse(right.text).error.code]).toEqual([429, 'locked_out']);
    expect(Number(right.retryAfter)).toBeGreaterThan(0);
  });
});

describe('every route that anybody may ask', () => {
  const open = Object.entries(routes as Record<string, Route>).filter(([, { auth }]) => !auth);

  test.each(open)('%s has a limit for each address', async (_name, { method, path }) => {
    const at = path.replace(/:\w+/g, 'A'.repeat(22));
    const statuses = new Map<number, number>();
    let last: Reply | undefined;
    for (let sent = 0; sent < 4000 && !statuses.has(429); sent += 100) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () =>
          ask(method, at, method === 'GET' || method === 'OPTIONS' ? undefined : {}),
        ),
      );
      for (const answer of answers) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status === 429) last = answer;
      }
    }
    expect(statuses.get(429)).toBeGreaterThan(0);
    expect(Number(last?.retryAfter)).toBeGreaterThan(0);
    expect(last?.text).toContain('"rate_limited"');
  });

  test('and those who are signed in are served beside that', async () => {
    expect((await ask('GET', '/v1/blobs', undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
  });
});

describe('the source', () => {
  const folder = fileURLToPath(new URL('../../packages/server-reference/src/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const secret = '(?:token|secret|authKey|\\w*[hH]ash|access_hash|password|mac|code)';
  /** A comparison of a secret with something that is neither a constant nor nothing, by operators that stop at the first difference. */
  const constant = '(?! *(?:undefined|null|typeof|\'|"|\\d|-))';
  const early = new RegExp(
    `${secret}\\b\\)? *[!=]==?(?!=)${constant}|[!=]==? *(?:\\w+\\.)*${secret}\\b(?!\\()|\\.equals\\(|Buffer\\.compare\\(`,
  );
  /** Comparisons of what is no secret: codes of errors and processes, hashes of files, and of a session that the server found by its hash. */
  const harmless = [
    /error\.code|\.code === code|exitCode|statusCode|hash\.digest|sha256|isWhole/,
    /session\.token_hash === request\.sessionHash|sessionIdOf\(token_hash\) === id/,
    // Of one owner's own link, sent twice.
    /same\.access_hash === row\.access_hash/,
    // The mark of a run stands in every id that it gave.
    /\.equals\(this\.#mark\)/,
  ];

  test('compares secrets by one function', () => {
    const users = files.filter(({ text }) => text.includes('timingSafeEqual')).map(({ name }) => name);
    expect(users).toEqual(['auth/equal-secrets.ts']);
    expect(files.filter(({ text }) => text.includes('equalSecrets(')).length).toBeGreaterThanOrEqual(4);
  });

  test('and by no other means', () => {
    const found = files.flatMap(({ name, text }) =>
      text
        .split('\n')
        .map((line) => line.trim())
        .filter(
          (line) =>
            early.test(line) && !/^(\*|\/\/|\/\*)/.test(line) && !harmless.some((known) => known.test(line)),
        )
        .map((line) => `${name}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test('a comparison that stops early would be found', () => {
    for (const line of [
      'if (token === row.token)',
      'row.access_hash !== hash',
      'stored.equals(given)',
      'return authKey == other',
    ])
      expect(early.test(line)).toBe(true);
  });
});

describe('recordings by address', () => {
  test('are refused where the operator named no host, before anything is looked up', async () => {
    for (const url of [
      'https://example.com/a.wav',
      'https://127.0.0.1/',
      'http://169.254.169.254/',
      'file:///etc/passwd',
    ]) {
      const form = `--b\r\ncontent-disposition: form-data; name="url"\r\n\r\n${url}\r\n--b--\r\n`;
      const answer = await call(`${server.url}/v1/transcribe`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' },
        body: Buffer.from(form),
      });
      expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    }
    expect(
      (await transcribe(server.url, token, Buffer.from('x'), { fields: { url: 'https://a.b' } })).status,
    ).toBe(400);
  });

  test('a list that is wrong ends the start with a reason', () => {
    const main = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
    for (const entry of ['*', '127.0.0.1', 'localhost']) {
      const args = [main, '--port', '0', '--data', join(server.dataFolder, 'other'), '--fetch-from', entry];
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
      expect([status, stderr]).toEqual([1, expect.stringContaining(`--fetch-from ${entry}`)]);
    }
  });
});
