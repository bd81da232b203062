// An account's life at the command line, against a real server, without a terminal: what scripts do.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBoth, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const SERVER = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));

describe.skipIf(!hasBoth)('sealscribe: the account', () => {
  const email = 'account@example.com';
  let password = `p-${randomUUID()}`;
  let recoveryWords: string;
  let server: RunningServer;
  let cli: ReturnType<typeof prepareCommand>;

  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
    });
  });
  afterAll(() => server?.stop());

  const run = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await cli.command(args, {
      env: { SEALSCRIBE_PASSWORD: password, ...env },
    });
    const last = stdout.trim();
    return {
      code,
      stdout,
      stderr,
      json: last.startsWith('{') || last.startsWith('[') ? JSON.parse(last) : undefined,
    };
  };

  test('signup gives 24 recovery words: in the JSON that was asked for, else on stderr', async () => {
    const { code, json, stderr } = await run(['signup', '--json']);
    expect([code, Object.keys(json)]).toEqual([0, ['accountId', 'recoveryWords']]);
    recoveryWords = json.recoveryWords;
    expect(recoveryWords.split(' ')).toHaveLength(24);
    expect(stderr).not.toContain(recoveryWords.split(' ')[0]);
    const other = await run(['signup', '--email', 'other@example.com']);
    expect(other.stderr).toMatch(/ 1\. [a-z]+ [^]*24\. [a-z]+/);
    expect(other.stdout).toBe('');
    const none = await run(['signup', '--email', 'none@example.com', '--no-recovery', '--json']);
    expect(Object.keys(none.json)).toEqual(['accountId']);
    await run(['login']);
  });

  test('passwd: the new password opens the account, the old one does not', async () => {
    const next = `n-${randomUUID()}`;
    expect((await run(['passwd'])).code).toBe(2);
    for (const weak of ['Xk7#pQ2', 'trustno1', 'account-1984']) {
      const { code, stderr } = await run(['passwd'], { SEALSCRIBE_NEW_PASSWORD: weak });
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^sealscribe: The password .*choose another/),
      ]);
      expect(stderr).not.toContain(weak);
    }
    expect((await run(['passwd', '--json'], { SEALSCRIBE_NEW_PASSWORD: next })).json).toEqual({
      changed: true,
    });
    expect((await run(['list'])).code).toBe(3);
    password = next;
    expect((await run(['list'])).code).toBe(0);
  });

  test('recover: words instead of the password; mistyped ones are told from wrong ones', async () => {
    const next = { SEALSCRIBE_PASSWORD: '', SEALSCRIBE_NEW_PASSWORD: `r-${randomUUID()}` };
    const recover = (words: string) =>
      run(['recover', '--json'], { ...next, SEALSCRIBE_RECOVERY_WORDS: words });
    const short = await recover(recoveryWords.split(' ').slice(1).join(' '));
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('24 recovery words')]);
    const { code, json } = await recover(recoveryWords);
    expect(code).toBe(0);
    expect((await recover(recoveryWords)).code).toBe(3);
    password = next.SEALSCRIBE_NEW_PASSWORD;
    recoveryWords = json.recoveryWords;
    expect((await run(['list'])).code).toBe(0);
  });

  test('harden: more iterations, or a new account key with new words', async () => {
    expect((await run(['harden', '--iterations', '610000', '--json'])).json).toEqual({ iterations: 610_000 });
    expect((await run(['harden', '--iterations', '600000'])).code).toBe(2);
    const { json } = await run(['harden', '--new-key', '--json']);
    expect(json).toEqual({ newKey: true, recoveryWords: expect.not.stringContaining(recoveryWords) });
    expect((await run(['list'])).code).toBe(0);
  });

  test('change-email: in two steps; the code comes from the operator of a server without mail', async () => {
    const own = { SEALSCRIBE_SERVER: server.url, SEALSCRIBE_FINGERPRINT: server.fingerprint };
    const mover = prepareCommand({ ...own, SEALSCRIBE_PASSWORD: password });
    await mover.command(['signup', '--email', 'before@example.com', '--no-recovery']);
    expect((await mover.command(['change-email'])).code).toBe(2);
    expect((await mover.command(['change-email', 'BEFORE@example.com'])).code).toBe(2);
    const asked = await mover.command(['change-email', 'after@example.com', '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ changed: false, codeFrom: 'operator' });
    const operator = [SERVER, 'email-codes', '--data', server.dataFolder, '--json'];
    const [{ code }] = JSON.parse(spawnSync(process.execPath, operator, { encoding: 'utf8' }).stdout);
    const confirm = (typed: string) =>
      mover.command(['change-email', 'after@example.com', '--code', typed, '--json']);
    expect((await confirm('nonsense')).code).toBe(2);
    expect((await confirm('0'.repeat(12))).code).toBe(3);
    expect((await mover.command(['list'])).code, 'the old address signs in until then').toBe(0);
    expect(JSON.parse((await confirm(code)).stdout)).toEqual({ changed: true });
    expect((await mover.command(['list'])).code, 'the new address is remembered').toBe(0);
    expect((await mover.command(['login', '--email', 'before@example.com'])).code).toBe(3);
    await mover.command(['change-email', 'third@example.com']);
    expect((await mover.command(['change-email', '--cancel'])).code).toBe(0);
    expect(spawnSync(process.execPath, operator, { encoding: 'utf8' }).stdout).toBe('[]\n');
    expect(mover.said()).not.toMatch(/@example\.com/);
  });

  test('sessions: listed, and ended by id', async () => {
    await run(['login']);
    const sessions = (await run(['sessions', '--json'])).json as { id: string; current: boolean }[];
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    const other = sessions.find(({ current }) => !current)!;
    expect((await run(['sessions', '--end', other.id])).code).toBe(0);
    expect((await run(['sessions', '--end', other.id])).code).toBe(5);
    expect((await run(['sessions'])).stdout).toContain('this one');
  });

  test('api-key: a script uses it without a session, until it is deleted', async () => {
    const { json } = await run(['api-key', 'create', '--expires-in-days', '30', '--json']);
    const script = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_API_KEY: json.key,
    });
    expect((await script.command(['models', '--json'])).code).toBe(0);
    const list = await run(['api-key', 'list']);
    expect([list.stdout.includes(json.id), list.stdout.includes(json.key)]).toEqual([true, false]);
    expect((await run(['api-key', 'rm', json.id])).code).toBe(0);
    expect((await script.command(['models'])).code).toBe(3);
  });

  test('delete-everything asks unless told not to, and deletes the account too', async () => {
    expect((await run(['delete-everything'])).code).toBe(2);
    expect((await run(['delete-everything', '--yes'], { SEALSCRIBE_PASSWORD: 'wrong' })).code).toBe(3);
    expect((await run(['delete-everything', '--yes', '--json'])).json).toEqual({ deleted: 'data' });
    expect((await run(['list'])).code).toBe(0);
    expect((await run(['delete-everything', '--account', '--yes'])).code).toBe(0);
    expect((await run(['login'])).code).toBe(3);
  });

  test('nothing that was said holds a password, and recovery words only where they are handed over', () => {
    expect(cli.said()).not.toContain(password);
    expect(cli.said().match(/ 24\. /g)).toHaveLength(1);
  });
});
