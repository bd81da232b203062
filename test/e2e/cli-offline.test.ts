// encrypt and decrypt of the built command, with no server and no network, beside the built encryption package.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decrypt, deriveKey, encodeBase64, encrypt } from '../../packages/crypto/dist/index.js';
import { hasCommand, JFK, prepareCommand } from './cli-command.js';

const email = 'Me@Example.com';
const password = 'correct horse battery staple';

describe.skipIf(!hasCommand)('offline', () => {
  const { command, home } = prepareCommand({ SEALSCRIBE_EMAIL: email, SEALSCRIBE_PASSWORD: password });

  test('a file goes there and back byte for byte and leaves no trace in the home folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealscribe-offline-'));
    const [sealed, opened] = [join(folder, 'jfk.sealed'), join(folder, 'jfk.wav')];
    expect((await command(['encrypt', JFK, '-o', sealed])).code).toBe(0);
    expect((await command(['decrypt', sealed, '-o', opened])).code).toBe(0);
    expect(await readFile(opened)).toEqual(await readFile(JFK));
    expect((await readdir(folder)).sort()).toEqual(['jfk.sealed', 'jfk.wav']);
    expect(existsSync(home)).toBe(false);
  });

  test('what the command seals the package opens, and the other way round', async () => {
    const key = await deriveKey(password, email);
    const sealed = await command(['encrypt', '-'], { stdin: 'from the command' });
    expect(new TextDecoder().decode(await decrypt(key, sealed.stdoutBytes))).toBe('from the command');
    const blob = encodeBase64(await encrypt(key, 'from the package'));
    expect((await command(['decrypt', '-', '--base64'], { stdin: blob })).stdout).toBe('from the package');
  });

  test('a wrong password is 8, writes nothing, and an old output stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealscribe-offline-'));
    await command(['encrypt', JFK, '-o', join(folder, 'a.sealed')]);
    await writeFile(join(folder, 'old'), 'old');
    const env = { SEALSCRIBE_PASSWORD: 'wrong' };
    for (const output of ['new', 'old']) {
      const result = await command(
        ['decrypt', join(folder, 'a.sealed'), '-o', join(folder, output), '--force'],
        { env },
      );
      expect([result.code, result.stdout]).toEqual([8, '']);
    }
    expect((await readdir(folder)).sort()).toEqual(['a.sealed', 'old']);
    expect(await readFile(join(folder, 'old'), 'utf8')).toBe('old');
  });
});
