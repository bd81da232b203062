// Staying signed in at the command line: only when asked, in the system's keyring or in a file, until the person logs out.
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBoth, MAIN, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const hasKeyring = ['dbus-run-session', 'gnome-keyring-daemon'].every(
  (name) => spawnSync('which', [name]).status === 0,
);

describe.skipIf(!hasBoth)('sealscribe login --stay', () => {
  const password = `p-${randomUUID()}`;
  let server: RunningServer;
  beforeAll(async () => void (server = await startServer({ args: ['--workers', '1'] })));
  afterAll(() => server?.stop());

  const newHome = async (email: string) => {
    const cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      // No keyring, whatever the machine has.
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
      XDG_RUNTIME_DIR: '/nonexistent',
    });
    const env = { SEALSCRIBE_PASSWORD: password, SEALSCRIBE_EMAIL: email };
    await cli.command(['signup', '--no-recovery'], { env });
    return { ...cli, env };
  };

  test('later commands need the password, unless it was asked for; then until the person logs out', async () => {
    const { home, command, env, said } = await newHome('file@example.com');
    const kept = join(home, 'stay.json');
    expect((await command(['login'], { env })).code).toBe(0);
    expect([(await command(['list'])).code, existsSync(kept)]).toEqual([2, false]);

    expect((await command(['login', '--stay=file'], { env })).code).toBe(0);
    expect((await command(['list', '--json'])).stdout).toBe('[]\n');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(home).filter((entry) => statSync(join(home, entry)).isFile()))
      expect(readFileSync(join(home, name), 'utf8')).not.toContain(password);
    expect(
      (await command(['list'], { env: { SEALSCRIBE_PASSWORD: 'wrong' } })).code,
      'a password counts',
    ).toBe(3);
    expect(
      (await command(['passwd'], { env: { SEALSCRIBE_NEW_PASSWORD: 'the next one' } })).code,
      'to change it takes it',
    ).toBe(2);

    expect((await command(['logout'])).code).toBe(0);
    expect([(await command(['list'])).code, existsSync(kept)]).toEqual([2, false]);
    expect(said()).not.toContain(password);
  });

  test('another sign-in without it ends it; without a keyring nothing takes its place unasked', async () => {
    const { home, command, env } = await newHome('none@example.com');
    await command(['login', '--stay', 'file'], { env });
    await command(['login'], { env });
    expect((await command(['list'])).code).toBe(2);
    const refused = await command(['login', '--stay'], { env });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--stay=file')]);
    expect(existsSync(join(home, 'stay.json'))).toBe(false);
    expect((await command(['login', '--stay=cloud'], { env })).code).toBe(2);
  });

  test.skipIf(!hasKeyring)(
    'with a keyring the key lies there, and the file alone opens nothing',
    async () => {
      const home = mkdtempSync(join(tmpdir(), 'sealscribe-keyring-'));
      mkdirSync(join(home, 'run'), { mode: 0o700 });
      const cli = `'${process.execPath}' '${MAIN}'`;
      const script = `
      printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null
      sleep 1
      ${cli} signup --no-recovery && ${cli} login --stay || exit 10
      unset SEALSCRIBE_PASSWORD
      ${cli} list --json || exit 11
      grep -q deviceKey "$SEALSCRIBE_HOME/stay.json" && exit 12
      DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent ${cli} list 2> /dev/null && exit 13
      ${cli} logout || exit 14
      ${cli} list 2> /dev/null && exit 15
      test -e "$SEALSCRIBE_HOME/stay.json" && exit 16
      exit 0`;
      const { status, stdout, stderr } = spawnSync('dbus-run-session', ['--', 'sh', '-c', script], {
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          XDG_RUNTIME_DIR: join(home, 'run'),
          SEALSCRIBE_HOME: join(home, 'sealscribe'),
          SEALSCRIBE_SERVER: server.url,
          SEALSCRIBE_FINGERPRINT: server.fingerprint,
          SEALSCRIBE_EMAIL: 'keyring@example.com',
          SEALSCRIBE_PASSWORD: password,
        },
      });
      expect([status, stdout], stderr).toEqual([0, expect.stringContaining('[]')]);
    },
  );
});
