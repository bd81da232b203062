// The built crypto package in other runtimes, which npm brings into a folder of their own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasRuntimes, installRuntimes, programs } from './runtimes/installed.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const runtimes = {
  'this Node': [process.execPath],
  'Node 24': [programs.node],
  Bun: [programs.bun],
  Deno: [programs.deno, 'run', '--allow-read', '--allow-env'],
};

describe.skipIf(!hasRuntimes)('the crypto package', () => {
  beforeAll(installRuntimes, 600_000);

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
