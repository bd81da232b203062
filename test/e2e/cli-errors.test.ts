// What goes wrong has its own exit code, is said in one line on stderr, gives nothing away, and leaves the server alive.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBoth, JFK, MAIN, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const email = `${randomUUID()}@example.com`;
const password = `p-${randomUUID()}`;
const canary = `canary-${randomUUID()}`;

describe.skipIf(!hasBoth)('sealscribe when something is wrong', () => {
  let server: RunningServer;
  let cli: ReturnType<typeof prepareCommand>;
  let folder: string;
  const fail = async (args: string[], env: Record<string, string> = {}, stdin = '') => {
    const { code, stdout, stderr } = await cli.command(args, { env, stdin });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^sealscribe: .+\n$/);
    return code;
  };

  beforeAll(async () => {
    server = await startServer();
    folder = await mkdtemp(join(tmpdir(), 'sealscribe-cli-errors-'));
    cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_PASSWORD: password,
    });
    expect((await cli.command(['signup'])).code).toBe(0);
  });
  afterAll(() => server?.stop());
  afterEach(async () => {
    for (const secret of [password, email, canary]) expect(cli.said()).not.toContain(secret);
    expect((await cli.command(['health'])).code).toBe(0);
  });

  test('a wrong password is 3, with or without a session', async () => {
    const wrong = { SEALSCRIBE_PASSWORD: `wrong-${canary}` };
    expect(await fail(['login'], wrong)).toBe(3);
    expect(await fail(['list'], wrong)).toBe(3);
  });

  test('an unknown email is 3 and cannot be told from a wrong password', async () => {
    const unknown = await cli.command(['login', '--email', `${canary}@example.com`]);
    const wrong = await cli.command(['login'], { env: { SEALSCRIBE_PASSWORD: 'wrong' } });
    expect([unknown.code, unknown.stderr]).toEqual([3, wrong.stderr]);
  });

  test('a wrong fingerprint, or none for a self-signed certificate, is 4', async () => {
    expect(await fail(['list'], { SEALSCRIBE_FINGERPRINT: 'ab'.repeat(32) })).toBe(4);
    const stranger = prepareCommand({ SEALSCRIBE_SERVER: server.url });
    const { code, stderr } = await stranger.command(['health']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('SEALSCRIBE_FINGERPRINT')]);
  });

  test('a server that is not there is 4', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) =>
      probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port)),
    );
    await new Promise((resolve) => probe.close(resolve));
    expect(await fail(['health', '--server', `https://127.0.0.1:${port}`])).toBe(4);
  });

  test('an account that exists is 6', async () => {
    expect(await fail(['signup'])).toBe(6);
  });

  test('a transcript or a file that does not exist is 5', async () => {
    for (const command of ['show', 'export']) expect(await fail([command, 'A'.repeat(22)])).toBe(5);
    expect(await fail(['rm', '--yes', 'A'.repeat(22)])).toBe(5);
    expect(await fail(['rm', '--yes', `-${'A'.repeat(21)}`])).toBe(5);
    expect(await fail(['transcribe', join(folder, `${canary}.mp3`)])).toBe(5);
  });

  test('a text file named .mp3 and an empty file are 7, and a folder is 2', async () => {
    const text = join(folder, `${canary}-text.mp3`);
    await writeFile(text, `Dear diary, ${canary}.\n`.repeat(100));
    const empty = join(folder, `${canary}-empty.wav`);
    await writeFile(empty, '');
    expect(await fail(['transcribe', text])).toBe(7);
    expect(await fail(['transcribe', empty])).toBe(7);
    expect(await fail(['transcribe', '-'])).toBe(7);
    expect(await fail(['transcribe', folder])).toBe(2);
    expect(await fail(['transcribe', JFK, '--speakers', '0'])).toBe(2);
  });

  test('an unknown model is 5', async () => {
    expect(await fail(['transcribe', JFK, '--model', 'no-such-model'])).toBe(5);
  });

  test('wrong usage says where the help is', async () => {
    const unknown = await cli.command(['frobnicate']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('sealscribe --help')]);
    const missing = await cli.command(['transcribe']);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('--help')]);
    const model = await cli.command(['transcribe', JFK, '--model', 'no-such-model']);
    expect(model.stderr).toContain('sealscribe models');
  });

  test('a missing value without a terminal is 2', async () => {
    const { code, stderr } = await cli.command(['list'], { env: { SEALSCRIBE_PASSWORD: '' } });
    expect([code, stderr]).toEqual([2, expect.stringContaining('SEALSCRIBE_PASSWORD')]);
    const stranger = prepareCommand();
    for (const name of ['signup', 'login', 'list', 'models', 'health'])
      expect([name, (await stranger.command([name])).code]).toEqual([name, 2]);
    expect((await stranger.command(['encrypt', JFK])).code).toBe(2);
  });

  test('an interrupted transcription is 9, and the server goes on', async () => {
    // An hour of recording, so that there is something to interrupt however late the command gets going.
    const wav = await readFile(JFK);
    const long = join(folder, 'long.wav');
    const samples = wav.subarray(wav.indexOf('data') + 8);
    const header = Buffer.from(wav.subarray(0, wav.indexOf('data') + 8));
    const bodies = Array.from({ length: 330 }, () => samples);
    header.writeUInt32LE(samples.length * bodies.length, header.length - 4);
    header.writeUInt32LE(header.length - 8 + samples.length * bodies.length, 4);
    await writeFile(long, Buffer.concat([header, ...bodies]));
    const { code, stdout, stderr } = await cli.command(['transcribe', long], {
      onStart: (kill) => setTimeout(() => kill('SIGINT'), 6000),
    });
    expect([code, stdout, stderr]).toEqual([9, '', 'sealscribe: Interrupted.\n']);
  });

  test('a reader that goes away is no error and no noise', () => {
    const line = '{ sleep 1; "$0" "$1" exit-codes; echo "code $?" >&2; } | true';
    const { stderr } = spawnSync('sh', ['-c', line, process.execPath, MAIN]);
    expect(stderr.toString()).toBe('code 0\n');
  });
});
