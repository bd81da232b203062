// The command against a real server, from signing up to deleting: what is promised to people who use it day by day.
import { randomUUID } from 'node:crypto';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareWords, hasBoth, JFK, JFK_TEXT, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const email = `${randomUUID()}@example.com`;
const password = `p-${randomUUID()}`;

describe.skipIf(!hasBoth)('sealscribe with a server', () => {
  let server: RunningServer;
  let cli: ReturnType<typeof prepareCommand>;
  const withPassword = { env: { SEALSCRIBE_PASSWORD: password } };
  const readConfig = async () => JSON.parse(await readFile(join(cli.home, 'config.json'), 'utf8'));

  beforeAll(async () => {
    server = await startServer();
    cli = prepareCommand();
    const where = ['--server', server.url, '--fingerprint', server.fingerprint, '--email', email];
    const { code, stdout, stderr } = await cli.command(['signup', ...where, '--json'], withPassword);
    expect([code, stderr]).toEqual([0, 'Account made. You are signed in.\n']);
    expect(JSON.parse(stdout).accountId).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
  afterAll(() => server?.stop());

  test('signing up remembers who and where, for the owner only, and never the password', async () => {
    const config = await readConfig();
    expect(config).toMatchObject({ server: server.url, email });
    expect((await stat(cli.home)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(cli.home)) {
      expect((await stat(join(cli.home, name))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(cli.home, name), 'utf8')).not.toContain(password);
    }
  });

  test('a recording comes back word for word, with nothing but the session', async () => {
    const { code, stdout, stderr } = await cli.command(['transcribe', JFK]);
    expect([code, stderr]).toEqual([0, '']);
    expect(bareWords(stdout)).toBe(bareWords(JFK_TEXT));
    expect((await cli.command(['list', '--json'], withPassword)).stdout).toBe('[]\n');
  });

  test('a recording from a pipe or from an address is the same', async () => {
    const piped = await cli.command(['transcribe', '-'], { stdin: await readFile(JFK) });
    expect([piped.code, bareWords(piped.stdout)]).toEqual([0, bareWords(JFK_TEXT)]);
    const site = createServer((_request, response) => createReadStream(JFK).pipe(response));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    const fetched = await cli.command(['transcribe', `http://127.0.0.1:${port}/jfk.wav`]);
    site.close();
    expect([fetched.code, bareWords(fetched.stdout)]).toEqual([0, bareWords(JFK_TEXT)]);
  });

  test('subtitles come in the format asked for, or in that of the file', async () => {
    expect((await cli.command(['transcribe', JFK, '--format', 'vtt'])).stdout).toMatch(/^WEBVTT\n/);
    const file = join(dirname(cli.home), 'jfk.srt');
    const written = await cli.command(['transcribe', JFK, '-o', file, '--json']);
    expect(await readFile(file, 'utf8')).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/);
    expect(bareWords(JSON.parse(written.stdout).text)).toBe(bareWords(JFK_TEXT));
  });

  test('a saved transcript is listed, shown, exported, and gone when deleted', async () => {
    const saved = await cli.command(
      ['transcribe', JFK, '--save', '--title', 'Inaugural', '--json'],
      withPassword,
    );
    expect(saved.code).toBe(0);
    expect(saved.stdout.trimEnd()).not.toContain('\n');
    const transcript = JSON.parse(saved.stdout);
    const { id } = transcript as { id: string };
    expect(bareWords(transcript.text)).toBe(bareWords(JFK_TEXT));

    const list = await cli.command(['list', '--json'], withPassword);
    expect(list.stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(list.stdout)).toMatchObject([{ id, title: 'Inaugural', fileName: 'jfk.wav' }]);
    const table = (await cli.command(['list'], withPassword)).stdout.split('\n');
    expect(table[1]).toMatch(new RegExp(`^${id}  .*  0:11 .* en .* Inaugural$`));

    const shown = await cli.command(['show', id], withPassword);
    expect(shown.stdout).toMatch(/^Inaugural\n/);
    expect(bareWords(shown.stdout)).toContain(bareWords(JFK_TEXT));
    const opened = JSON.parse((await cli.command(['show', id, '--json'], withPassword)).stdout);
    expect(opened).toMatchObject({
      id,
      title: 'Inaugural',
      text: transcript.text,
      duration: transcript.duration,
    });
    expect(opened.segments).toHaveLength(transcript.segments.length);

    const file = join(dirname(cli.home), 'out');
    for (const [format, begins] of [
      ['txt', /^And so/],
      ['srt', /^1\n00:00:/],
      ['vtt', /^WEBVTT\n/],
      ['json', /^\{/],
    ] as const) {
      const exported = await cli.command(['export', id, '--format', format, '-o', file], withPassword);
      expect([exported.code, exported.stdout, exported.stderr]).toEqual([0, '', '']);
      expect(await readFile(file, 'utf8')).toMatch(begins);
    }

    const piped = await cli.command(['export', id, '--format', 'json'], withPassword);
    expect(piped.stdout).toBe(await readFile(file, 'utf8'));

    expect((await cli.command(['rm', id], withPassword)).code).toBe(2);
    expect((await cli.command(['rm', id, '--yes'], withPassword)).code).toBe(0);
    expect((await cli.command(['list', '--json'], withPassword)).stdout).toBe('[]\n');
    expect((await cli.command(['show', id], withPassword)).code).toBe(5);
  });

  test('a session that the server has forgotten is replaced when the password is at hand', async () => {
    for (const command of ['models', 'list']) {
      const before = await readConfig();
      await cli.command(['logout']);
      expect(await readConfig()).not.toHaveProperty('session');
      await writeFile(join(cli.home, 'config.json'), JSON.stringify(before));
      expect((await cli.command([command])).code).toBe(2);
      const { code, stderr } = await cli.command([command, '--json'], withPassword);
      const after = await readConfig();
      expect([code, stderr, after.session.accountId]).toEqual([0, '', before.session.accountId]);
      expect(after.session.token).not.toBe(before.session.token);
    }
  });

  test('a second device sees the same vault after signing in, with the password from standard input', async () => {
    const { stdout } = await cli.command(['transcribe', JFK, '--save', '--json'], withPassword);
    const other = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
    });
    const stdin = `${password}\n`;
    expect((await other.command(['login', '--password-stdin'], { stdin })).code).toBe(0);
    const list = await other.command(['list', '--json', '--password-stdin'], { stdin });
    expect(JSON.parse(list.stdout)).toMatchObject([{ id: JSON.parse(stdout).id }]);
  });

  test('health needs no sign-in', async () => {
    const stranger = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
    });
    const { code, stdout } = await stranger.command(['health', '--json']);
    expect([code, JSON.parse(stdout).status]).toEqual([0, 'ok']);
  });

  test('after all of this, nothing secret was ever said on stderr', () => {
    for (const secret of [password, email, 'country', 'Inaugural', 'jfk.wav'])
      expect(cli.said()).not.toContain(secret);
  });
});
