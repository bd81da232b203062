// Links at the command line, against a real server, without a terminal: what scripts do.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, type Share } from '@sealscribe/sdk-node';
import { hasBoth, prepareCommand } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

describe.skipIf(!hasBoth)('sealscribe: sharing', () => {
  const email = 'links@example.com';
  const password = `p-${randomUUID()}`;
  const linkPassword = `l-${randomUUID()}`;
  let server: RunningServer;
  let id: string;
  let owner: ReturnType<typeof prepareCommand>;
  /** Somebody with another home folder and no account, who knows the server's fingerprint. */
  let viewer: ReturnType<typeof prepareCommand>;

  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    const { url, fingerprint } = server;
    owner = prepareCommand({
      SEALSCRIBE_SERVER: url,
      SEALSCRIBE_FINGERPRINT: fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_PASSWORD: password,
    });
    viewer = prepareCommand({ SEALSCRIBE_FINGERPRINT: fingerprint });
    const vault = await new Sealscribe({ server: url, fingerprint }).signUp({ email, password });
    ({ id } = await vault.save(transcriptOf('ask not what your country can do'), { title: 'Inaugural' }));
  });
  afterAll(() => server?.stop());

  const share = async (...args: string[]): Promise<Share> => {
    const { code, stdout, stderr } = await owner.command(['share', id, '--json', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Share;
  };

  test('share prints a link, and open reads it on another computer without an account', async () => {
    const { stdout, stderr } = await owner.command(['share', id, '--expires', '1h', '--views', '9']);
    const link = stdout.trim();
    expect(link).toMatch(new RegExp(`^${server.url}/s/[A-Za-z0-9_-]{22}#[A-Za-z0-9_-]{46}$`));
    expect(stderr).toMatch(/without a password, expires \d{4}-\d\d-\d\d \d\d:\d\d, views: 9/);
    expect((await viewer.command(['open', link])).stdout).toContain('ask not what your country can do');
    const srt = await viewer.command(['open', '-', '--format', 'srt'], { stdin: `${link}\n` });
    expect(srt.stdout).toMatch(/^1\n00:00:00,250 --> /);
    const json = JSON.parse((await viewer.command(['open', link, '--json'])).stdout);
    expect(json).toMatchObject({ title: 'Inaugural', range: null, speakers: ['SPEAKER_00'], duration: 2.5 });
    const file = join(viewer.home, '..', 'shared.csv');
    expect((await viewer.command(['open', link, '-o', file])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('SPEAKER_00');
  });

  test('a part, without names, word times and title', async () => {
    const { link } = await share('--range', '0:00-0:00.5', '--no-speakers', '--no-word-times', '--no-title');
    const { stdout } = await viewer.command(['open', link, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ title: null, range: [0, 0.5], text: 'ask not', speakers: [] },
      segments: [{ speaker: null, words: [] }],
    });
    for (const range of ['5', '2-1', '1:70-x', '100-200'])
      expect((await owner.command(['share', id, '--range', range])).code).toBe(2);
  });

  test('with a password: given, from the environment, missing, wrong', async () => {
    const { link, hasPassword } = await share('--password', linkPassword);
    expect(hasPassword).toBe(true);
    const missing = await viewer.command(['open', link, '--json']);
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain('SEALSCRIBE_LINK_PASSWORD');
    const wrong = await viewer.command(['open', link, '--password', 'x', '--json']);
    expect([wrong.code, wrong.stdout]).toEqual([3, '']);
    expect(wrong.stderr).toContain('"code":"wrong_password"');
    expect((await viewer.command(['open', link, '--password', linkPassword])).code).toBe(0);
    const env = { SEALSCRIBE_LINK_PASSWORD: linkPassword };
    expect((await viewer.command(['open', link], { env })).stdout).toContain('ask not');
    expect((await owner.command(['share', id, '--password', ''])).code).toBe(2);
  });

  test('used up, taken back, damaged: each has its exit code', async () => {
    const once = await share('--views', '1');
    expect((await viewer.command(['open', once.link])).code).toBe(0);
    const gone = await viewer.command(['open', once.link, '--json']);
    expect([gone.code, gone.stderr]).toEqual([5, expect.stringContaining('"code":"share_gone"')]);
    const taken = await share();
    const listed = await owner.command(['shares', '--json']);
    expect((JSON.parse(listed.stdout) as Share[]).map((each) => each.id)).toContain(taken.id);
    expect((await owner.command(['shares'])).stdout).toContain(taken.link);
    const unshared = await owner.command(['unshare', taken.id, '--json']);
    expect(JSON.parse(unshared.stdout)).toEqual({ id: taken.id, deleted: true });
    expect((await viewer.command(['open', taken.link])).code).toBe(5);
    expect((await owner.command(['unshare', taken.id])).code).toBe(5);
    for (const link of [taken.link.slice(0, -3), taken.link.split('#')[0] ?? '', 'nonsense'])
      expect((await viewer.command(['open', link])).code).toBe(2);
    expect((await owner.command(['share', id, '--expires', 'soon'])).code).toBe(2);
  });

  test('nothing that was said on stderr holds a link, its key or a password', async () => {
    const said = owner.said() + viewer.said();
    for (const secret of [password, linkPassword, '/s/']) expect(said).not.toContain(secret);
  });
});
