import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeFolder, loadConfig, saveConfig } from '../src/config.js';

const folder = () => mkdtemp(join(tmpdir(), 'sealscribe-config-'));

describe('config.json', () => {
  test('comes back as it was saved, in a folder and file for the owner only', async () => {
    const home = join(await folder(), 'deep', 'home');
    const config = { server: 'https://e.example', email: 'me@example.com' };
    await saveConfig(home, config);
    expect(await loadConfig(home)).toEqual(config);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, 'config.json'))).mode & 0o777).toBe(0o600);
  });

  test('is made private again when somebody opened it up', async () => {
    const home = await folder();
    await writeFile(join(home, 'config.json'), '{}', { mode: 0o644 });
    await saveConfig(home, {});
    expect((await stat(join(home, 'config.json'))).mode & 0o777).toBe(0o600);
  });

  test('may be missing', async () => {
    expect(await loadConfig(join(await folder(), 'none'))).toEqual({});
  });

  test.each(['{', '[]', '{"server":1}', '{"session":{"token":"only"}}', 'null'])(
    'that holds %s is refused without quoting it',
    async (text) => {
      const home = await folder();
      await writeFile(join(home, 'config.json'), text);
      await expect(loadConfig(home)).rejects.toMatchObject({ exit: 'usage' });
      await expect(readFile(join(home, 'config.json'), 'utf8')).resolves.toBe(text);
    },
  );
});

test('the home folder is SEALSCRIBE_HOME, or lies in the configuration folder', () => {
  expect(homeFolder({ SEALSCRIBE_HOME: '/h', XDG_CONFIG_HOME: '/x' })).toBe('/h');
  expect(homeFolder({ XDG_CONFIG_HOME: '/x' })).toBe('/x/sealscribe');
  expect(homeFolder({})).toMatch(/\.config\/sealscribe$/);
});
