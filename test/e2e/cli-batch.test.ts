// `sealscribe transcribe` of several recordings at once, as scripts run it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, openWebhook, verifyWebhook } from '@sealscribe/sdk-node';
import { speech } from './behaviour-requests.js';
import { hasBoth, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const account = { email: 'batch@example.com', password: 'correct horse battery staple' };

describe.skipIf(!hasBoth)('several recordings', () => {
  let server: RunningServer;
  let client: Sealscribe;
  let command: ReturnType<typeof prepareCommand>['command'];
  let at: (...names: string[]) => string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--webhook-to', 'hooks.example.com=127.0.0.1:9'] });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp(account);
    const prepared = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: account.email,
      SEALSCRIBE_PASSWORD: account.password,
    });
    ({ command } = prepared);
    at = (...names) => join(prepared.home, '..', ...names);
    mkdirSync(at('more'), { recursive: true });
    writeFileSync(at('one.wav'), speech({ end: 3 }));
    writeFileSync(at('two.wav'), speech({ end: 4 }));
    writeFileSync(at('more', 'ONE.wav'), speech({ start: 3, end: 7 }));
    writeFileSync(at('broken.wav'), 'no sound at all'.repeat(99));
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  test('go into a folder, each under its name, a line for each and a summary', async () => {
    const files = [at('one.wav'), at('two.wav'), at('more', 'ONE.wav')];
    const { code, stdout, stderr } = await command([
      ...['transcribe', ...files, '--out', at('texts'), '--format', 'srt', '--concurrency', '3'],
    ]);
    expect([code, stdout]).toEqual([0, '']);
    expect(readdirSync(at('texts')).sort()).toEqual(['ONE-2.srt', 'one.srt', 'two.srt']);
    for (const name of readdirSync(at('texts')))
      expect(readFileSync(at('texts', name), 'utf8')).toContain('-->');
    const lines = stderr.trimEnd().split('\n');
    expect(lines.slice(0, 3).sort()).toEqual(
      [
        `${files[0]}: 0:03, ${at('texts', 'one.srt')}`,
        `${files[1]}: 0:04, ${at('texts', 'two.srt')}`,
        `${files[2]}: 0:04, ${at('texts', 'ONE-2.srt')}`,
      ].sort(),
    );
    expect(lines.slice(3)).toEqual(['3 recordings: 3 done (0:11 of sound), 0 failed.']);
  });

  test('of which some fail: these are named, the rest is kept, and the exit code says so', async () => {
    const { code, stdout, stderr } = await command([
      ...['transcribe', at('broken.wav'), at('one.wav'), at('absent.wav'), '--save', '--json', '--job'],
    ]);
    expect(code).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { file: string; id?: string; text?: string; error?: { code: string } },
      );
    const by = Object.fromEntries(lines.map((line) => [line.file, line]));
    expect(by[at('broken.wav')]?.error?.code).toBe('unsupported_media');
    expect(by[at('absent.wav')]?.error?.code).toBe('ENOENT');
    const { id = '', text } = by[at('one.wav')] ?? {};
    const vault = await client.unlock(account);
    expect((await vault.list()).map((entry) => [entry.id, entry.fileName])).toEqual([[id, 'one.wav']]);
    expect((await vault.open(id)).transcript.text).toBe(text);
    expect(stderr).toContain(`${at('broken.wav')}: failed: `);
    expect(stderr).toContain('3 recordings: 1 done (0:03 of sound), 2 failed.\n');
    expect(stderr).toContain('sealscribe: 2 of 3 recordings failed.\n');
    const same = await command(['transcribe', at('absent.wav'), at('gone.wav'), '--out', at('texts')]);
    expect(same.code).toBe(5);
  });

  test('need a place to go to, and nothing is sent before that is clear', async () => {
    const two = [at('one.wav'), at('two.wav')];
    for (const wrong of [
      two,
      [...two, '-o', 'x.txt'],
      [...two, '-', '--save'],
      [...two, '--save', '--title', 'x'],
      [...two, '--save', '--concurrency', '0'],
      [at('one.wav'), '--concurrency', '2'],
    ])
      expect((await command(['transcribe', ...wrong])).code, wrong.join(' ')).toBe(2);
  });

  test('are told of by a webhook that the command made', async () => {
    const url = 'https://hooks.example.com/';
    const made = await command(['webhook', 'add', url, '--sealed', at('key.txt'), '--json']);
    const { id, secret } = JSON.parse(made.stdout) as { id: string; secret: string };
    expect(readFileSync(at('key.txt'), 'utf8')).toMatch(/^[\w-]{43}\n$/);
    expect((await command(['webhook', 'list'])).stdout).toMatch(new RegExp(`${id} .*yes +0 +${url}`));
    // Nobody listens there.
    expect(await command(['webhook', 'test', id])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Nothing answered') as string,
    });
    expect((await command(['webhook', 'add', 'https://elsewhere.example.com/'])).code).toBe(3);
    expect((await command(['webhook', 'rm', id])).code).toBe(0);
    expect(JSON.parse((await command(['webhook', 'list', '--json'])).stdout)).toEqual([]);
    expect([typeof openWebhook, typeof verifyWebhook, secret.slice(0, 6)]).toEqual([
      'function',
      'function',
      'whsec_',
    ]);
  });
});
