// The command that finds out why others do not work, and the completion of shells, as a newcomer meets them: the built command, a real
// server, real shells.
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBoth, hasCommand, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

describe.skipIf(!hasBoth)('doctor', () => {
  const { home, command, said } = prepareCommand();
  const password = 'a password for the doctor';
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  /** What was found by check, and how the command ended. */
  async function examine(...args: string[]) {
    const { code, stdout } = await command(['doctor', '--json', ...args]);
    const findings = JSON.parse(stdout) as { check: string; result: string; message: string }[];
    return { code, results: Object.fromEntries(findings.map(({ check, result }) => [check, result])) };
  }
  const where = () => ['--server', server.url, '--fingerprint', server.fingerprint];

  test('says what to set where nothing is set', async () => {
    const { code, results } = await examine();
    expect(code).toBe(2);
    expect(results).toMatchObject({ program: 'ok', home: 'ok', settings: 'fail' });
    expect(said()).toContain('--server URL or SEALSCRIBE_SERVER');
  });

  test('tells a server that is not pinned, one that is another, and one that is not there', async () => {
    expect(await examine('--server', server.url)).toMatchObject({ code: 4, results: { server: 'fail' } });
    const other = await examine('--server', server.url, '--fingerprint', 'ab'.repeat(32));
    expect(other).toMatchObject({ code: 4, results: { settings: 'ok', server: 'fail' } });
    expect(await examine('--server', 'https://127.0.0.1:9')).toMatchObject({ code: 4 });
  });

  test('knows who is not signed in, who is, and who was', async () => {
    expect(await examine(...where())).toMatchObject({ code: 0, results: { server: 'ok', account: 'warn' } });
    const env = { SEALSCRIBE_PASSWORD: password };
    const email = 'doctor@example.com';
    expect((await command(['signup', ...where(), '--email', email], { env })).code).toBe(0);
    expect(await examine()).toMatchObject({ code: 0, results: { home: 'ok', account: 'ok' } });
    const config = join(home, 'config.json');
    const saved = readFileSync(config, 'utf8');
    const { session } = JSON.parse(saved) as { session: { token: string } };
    writeFileSync(config, saved.replace(session.token, 'A'.repeat(session.token.length)));
    expect(await examine()).toMatchObject({ code: 3, results: { account: 'fail' } });
    writeFileSync(config, saved);
    chmodSync(config, 0o644);
    expect(await examine()).toMatchObject({ code: 0, results: { home: 'warn', account: 'ok' } });
    writeFileSync(config, '{');
    expect(await examine(...where())).toMatchObject({ code: 2, results: { home: 'fail' } });
    writeFileSync(config, saved);
    expect((await command(['doctor'])).stdout).toMatch(/^ok {4}program {3}sealscribe \d/);
    expect(said()).not.toContain(password);
    expect(said()).not.toContain(session.token);
  });
});

describe.skipIf(!hasCommand)('completion', () => {
  const { command } = prepareCommand();
  const scripts = mkdtempSync(join(tmpdir(), 'sealscribe-completion-'));
  const scriptFor = (shell: string) => join(scripts, shell);
  beforeAll(async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await command(['completion', shell]);
      expect(code).toBe(0);
      writeFileSync(scriptFor(shell), stdout);
    }
  });
  const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;
  const run = async (shell: string, args: string[]) =>
    (await promisify(execFile)(shell, args)).stdout.split('\n').filter((line) => line !== '');

  /** What bash would offer for the last of the words. */
  const offeredByBash = (...words: string[]) =>
    run('bash', [
      '--norc',
      '-c',
      `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sealscribe; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      scriptFor('bash'),
      'sealscribe',
      ...words,
    ]);
  /** What fish would offer, without the descriptions. */
  const offeredByFish = async (line: string) => {
    const lines = await run('fish', [
      '--no-config',
      '-c',
      `source ${scriptFor('fish')}; complete -C '${line}'`,
    ]);
    return lines.map((each) => each.split('\t')[0]);
  };

  test.skipIf(!has('bash'))(
    'offers commands, options and choices in bash, and leaves files to the shell',
    async () => {
      expect(await offeredByBash('trans')).toEqual(['transcribe']);
      expect(await offeredByBash('transcribe', '--format', 's')).toEqual(['srt']);
      expect(await offeredByBash('transcribe', '--sa')).toEqual(['--save']);
      expect(await offeredByBash('workspace', 'inv')).toEqual(['invitations', 'invite']);
      expect(await offeredByBash('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
      expect(await offeredByBash('transcribe', 'interview.mp3', '--output', '')).toEqual([]);
      expect(await offeredByBash('transcribe', '')).toEqual([]);
      expect(await offeredByBash('list', 'crea')).toEqual([]);
    },
  );

  test.skipIf(!has('zsh'))('is a script that zsh takes', async () => {
    const [kind] = await run('zsh', [
      '-f',
      '-c',
      `source ${scriptFor('zsh')}; whence -w _sealscribe; print $_comps[sealscribe]`,
    ]);
    expect(kind).toBe('_sealscribe: function');
  });

  test.skipIf(!has('fish'))('offers the same in fish', async () => {
    expect(await offeredByFish('sealscribe trans')).toEqual(['transcribe']);
    expect(await offeredByFish('sealscribe transcribe --sa')).toEqual(['--save']);
    expect(await offeredByFish('sealscribe workspace inv')).toEqual(['invitations', 'invite']);
    expect(await offeredByFish('sealscribe transcribe --format s')).toContain('srt');
    expect(await offeredByFish('sealscribe completion f')).toContain('fish');
    expect(await offeredByFish('sealscribe workspace list --')).not.toContain('--newest');
  });
});
