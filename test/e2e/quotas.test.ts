// Quotas: minutes, transcriptions at once, file size; the shapes that refusals have; and what an operator sets while the server runs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { Client, speech } from './behaviour-requests.js';
import { prepareCommand } from './cli-command.js';
import { call, hasServer, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { newStreamToken, refusedUpgrade } from './stream-requests.js';

const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const account = { email: 'quota@example.com', password: 'correct horse battery staple' };

describe.skipIf(!hasServer)('a quota', () => {
  let server: RunningServer;
  let client: Sealscribe;
  let token: string;
  beforeAll(async () => {
    const limits = ['--quota-minutes', '1', '--quota-concurrent', '2', '--quota-file-size', '400000'];
    server = await startServer({ args: ['--workers', '1', ...limits] });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
    await client.signUp(account);
    token = client.session!.token;
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  const admin = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, 'admin', ...args, '--data', server.dataFolder],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  };
  const quota = (...args: string[]) =>
    expect(admin('accounts', 'set-quota', account.email, ...args)).toMatchObject({ status: 0, stderr: '' });

  test('of the file’s size is kept before the file is read, for forms, jobs and uploads alike', async () => {
    const large = speech({ times: 2 });
    expect(await transcribe(server.url, token, large)).toMatchObject({
      status: 413,
      json: { code: 'payload_too_large', error: expect.any(String) as string },
    });
    await expect(client.jobs.submit({ data: large })).rejects.toMatchObject({ code: 'payload_too_large' });
    const tus = { 'tus-resumable': '1.0.0', 'upload-length': '400001', authorization: `Bearer ${token}` };
    expect((await call(`${server.url}/v1/uploads`, { method: 'POST', headers: tus })).status).toBe(413);
  });

  test('of transcriptions at once says when to come back, and other accounts do not notice', async () => {
    const held = [1, 2].map(() => new Client(server.url, token, speech(), { stopAfter: 1000 }));
    await expect.poll(async () => (await client.usage()).concurrent).toBe(2);
    const refused = await transcribe(server.url, token, speech({ end: 2 }));
    expect(refused).toMatchObject({ status: 429, json: { code: 'too_many_at_once' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const other = await newSession(server.url);
    expect((await transcribe(server.url, other, speech({ end: 2 }))).status).toBe(200);
    for (const one of held) one.leave();
    await expect.poll(async () => (await client.usage()).concurrent).toBe(0);
  });

  test('of minutes counts what was heard, refuses what is over it, and can be changed while the server runs', async () => {
    await client.transcribe({ data: speech() });
    expect(await client.usage()).toMatchObject({
      month: new Date().toISOString().slice(0, 7),
      minutes: 0.18,
      limits: { minutes: 1, concurrent: 2, fileBytes: 400_000 },
    });
    // 11 s are left of them.
    quota('--minutes', '0');
    const refused = await transcribe(server.url, token, speech({ end: 2 }));
    expect(refused).toMatchObject({
      status: 402,
      json: {
        code: 'quota_exceeded',
        error: expect.any(String) as string,
        requestId: expect.any(String) as string,
      },
    });
    await expect(client.jobs.submit({ data: speech({ end: 2 }) })).rejects.toMatchObject({
      code: 'quota_exceeded',
      status: 402,
    });
    await expect(newStreamToken(server.url, token)).rejects.toThrow();
    const headers = { authorization: `Bearer ${token}` };
    expect(await refusedUpgrade(server.url, '/v1/stream', headers)).toMatchObject({ status: 402 });
    // What is fetched costs nothing.
    expect((await client.models()).length).toBeGreaterThan(0);
    quota('--minutes', 'default', '--file-size', '99999999');
    // 49 s are left, and these are 66.
    await expect(client.transcribe({ data: speech({ times: 6 }) })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    expect((await client.usage()).minutes).toBeGreaterThanOrEqual(0.18);
    quota('--minutes', '100');
    await client.transcribe({ data: speech({ end: 2 }) });
  });

  test('is told by the command', async () => {
    const { command } = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: account.email,
      SEALSCRIBE_PASSWORD: account.password,
    });
    const { code, stdout } = await command(['usage']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Minutes in \d{4}-\d\d +[\d.]+ of 100\n/)]);
    expect(JSON.parse((await command(['usage', '--json'])).stdout)).toEqual(await client.usage());
  });

  test('and accounts are the operator’s: listed, shown, signed out, removed; wrong usage changes nothing', async () => {
    const list = JSON.parse(admin('accounts', 'list', '--json').stdout) as { id: string; email: string }[];
    const mine = list.find(({ email }) => email === account.email);
    expect(list.length).toBe(2);
    expect(JSON.parse(admin('accounts', 'show', mine!.id, '--json').stdout)).toMatchObject({
      ...mine,
      minutesLimit: 100,
    });
    expect(admin('accounts', 'list').stdout).toContain(account.email);
    const used = JSON.parse(admin('usage', '--json').stdout) as { id: string; minutes: number }[];
    expect(used[0]).toEqual({ id: mine!.id, minutes: (await client.usage()).minutes });
    expect(admin('usage').stdout).not.toContain('@');
    for (const wrong of [
      ['accounts', 'remove', account.email],
      ['accounts', 'set-quota', account.email, '--minutes', 'many'],
      ['accounts', 'nothing'],
      ['usage', '--month', 'May'],
    ])
      expect(admin(...wrong).status, wrong.join(' ')).toBe(2);
    expect(admin('accounts', 'show', 'nobody@example.com')).toMatchObject({ status: 1, stdout: '' });
    expect(admin('accounts', 'end-sessions', account.email).stdout).toContain('sessions');
    await expect(client.usage()).rejects.toMatchObject({ code: 'unauthorized' });
    await client.signIn(account);
    expect(admin('accounts', 'remove', 'Quota@Example.com ', '--yes')).toMatchObject({ status: 0 });
    await expect(client.usage()).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(client.signIn(account)).rejects.toMatchObject({ code: 'wrong_password' });
    expect(server.stderr() + server.stdout()).not.toContain(account.email);
  });
});
