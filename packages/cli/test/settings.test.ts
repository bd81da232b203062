import { describe, expect, test } from 'vitest';
import type { SavedConfig } from '../src/config.js';
import { Settings } from '../src/settings.js';
import { fakeTerminal } from './fake-terminal.js';

const HEX = 'ab'.repeat(32);
const session = {
  server: 'https://saved.example',
  email: 'saved@example.com',
  token: 't',
  accountId: 'a',
  expiresAt: '2030-01-01T00:00:00Z',
};
const saved: SavedConfig = {
  server: 'https://saved.example',
  fingerprint: HEX,
  email: 'saved@example.com',
  session,
};

describe('a setting comes from the first place that has it', () => {
  test('options win over the environment, the environment over what was saved', async () => {
    const { terminal } = fakeTerminal({
      env: { SEALSCRIBE_SERVER: 'https://env.example', SEALSCRIBE_EMAIL: 'env@example.com' },
    });
    expect(await new Settings({ server: 'https://flag.example' }, saved, terminal).server()).toBe(
      'https://flag.example',
    );
    expect(await new Settings({}, saved, terminal).server()).toBe('https://env.example');
    expect(await new Settings({}, saved, terminal).email()).toBe('env@example.com');
    expect(await new Settings({}, saved, fakeTerminal().terminal).email()).toBe('saved@example.com');
  });

  test('an email that no account can have is wrong usage, before anybody is asked', async () => {
    const emailed = (email: string) => new Settings({ email }, {}, fakeTerminal().terminal);
    for (const wrong of ['ada', 'ada@', '@example.com', 'ada lovelace@example.com'])
      await expect(emailed(wrong).accountEmail()).rejects.toMatchObject({ exit: 'usage' });
    expect(await emailed('ada@example.com').accountEmail()).toBe('ada@example.com');
  });

  test('an empty variable counts as not set', async () => {
    const { terminal } = fakeTerminal({ env: { SEALSCRIBE_SERVER: '', SEALSCRIBE_PASSWORD: '' } });
    const settings = new Settings({}, saved, terminal);
    expect(await settings.server()).toBe('https://saved.example');
    await expect(settings.password()).rejects.toMatchObject({ exit: 'usage' });
  });

  test('on a terminal what is missing is asked for, the password unseen', async () => {
    const { terminal, type, stderr, stdout } = fakeTerminal({ tty: true });
    const settings = new Settings({}, {}, terminal);
    const email = settings.email();
    type('me@example.com\n');
    expect(await email).toBe('me@example.com');
    const password = settings.password();
    type('hunter2-secret\r');
    expect(await password).toBe('hunter2-secret');
    expect(await settings.password()).toBe('hunter2-secret');
    expect(stderr()).toContain('Password: ');
    expect(stderr() + stdout()).not.toContain('hunter2');
  });

  test('a fingerprint that was typed holds for the whole run', async () => {
    const { terminal, type } = fakeTerminal({ tty: true });
    const settings = new Settings({ server: 'https://new.example' }, saved, terminal);
    const asked = settings.fingerprint({ ask: true });
    type(`${HEX}\n`);
    expect([await asked, await settings.fingerprint()]).toEqual([HEX, HEX]);
  });

  test('a new password is typed twice and must be the same', async () => {
    const { terminal, type, stderr } = fakeTerminal({ tty: true });
    const password = new Settings({}, {}, terminal).password({ confirm: true });
    type('one\r');
    await expect.poll(stderr).toContain('again');
    type('other\r');
    await expect(password).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('without a terminal', () => {
  test.each(['server', 'email', 'password'] as const)(
    'a missing %s is wrong usage and names what to set',
    async (name) => {
      const { terminal, stderr } = fakeTerminal();
      const looked = new Settings({}, {}, terminal)[name]();
      await expect(looked).rejects.toMatchObject({
        exit: 'usage',
        message: expect.stringContaining(`SEALSCRIBE_${name.toUpperCase()}`) as string,
      });
      expect(stderr()).toBe('');
    },
  );
});

describe('what was saved for one server stays with it', () => {
  test('another server gets neither the fingerprint nor the session', async () => {
    const settings = new Settings({ server: 'https://other.example' }, saved, fakeTerminal().terminal);
    expect(await settings.fingerprint()).toBeUndefined();
    expect(await settings.session()).toBeUndefined();
  });

  test('another email does not get the session', async () => {
    const { terminal } = fakeTerminal();
    expect(await new Settings({ email: 'other@example.com' }, saved, terminal).session()).toBeUndefined();
    expect(await new Settings({}, saved, terminal).session()).toEqual(session);
  });
});

describe('values are checked before they are used', () => {
  test.each(['http://plain.example', 'example.com', 'https://me:pw@example.com', 'https://e.com/?a', 'x'])(
    'the server %s is refused',
    async (server) => {
      const settings = new Settings({ server }, {}, fakeTerminal().terminal);
      await expect(settings.server()).rejects.toMatchObject({ exit: 'usage' });
    },
  );

  test('a slash at the end of the server does not matter', async () => {
    const settings = new Settings({ server: 'https://e.example/base/' }, {}, fakeTerminal().terminal);
    expect(await settings.server()).toBe('https://e.example/base');
  });

  test('a fingerprint is taken with and without colons, and nothing else is', async () => {
    const colons = HEX.toUpperCase().match(/../g)!.join(':');
    const pin = (fingerprint: string) =>
      new Settings({ fingerprint }, {}, fakeTerminal().terminal).fingerprint();
    expect(await pin(colons)).toBe(HEX);
    await expect(pin(HEX.slice(2))).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('--password-stdin', () => {
  const read = (stdin: string | Uint8Array) =>
    new Settings({ passwordStdin: true }, {}, fakeTerminal({ stdin }).terminal).password();

  test('takes standard input as it is, less one line end', async () => {
    expect(await read('pass word \n')).toBe('pass word ');
    expect(await read('pass\r\n')).toBe('pass');
    expect(await read('pass\n\n')).toBe('pass\n');
  });

  test('refuses nothing and what is not UTF-8', async () => {
    await expect(read('\n')).rejects.toMatchObject({ exit: 'usage' });
    await expect(read(Uint8Array.of(0xff, 0xfe))).rejects.toMatchObject({ exit: 'usage' });
  });

  test('wins over SEALSCRIBE_PASSWORD and is read once', async () => {
    const { terminal } = fakeTerminal({ stdin: 'typed', env: { SEALSCRIBE_PASSWORD: 'env' } });
    const settings = new Settings({ passwordStdin: true }, {}, terminal);
    expect([await settings.password(), await settings.password()]).toEqual(['typed', 'typed']);
  });
});
