/**
 * What is installed from: the image, whose Dockerfile is carried out without Docker, and the archive for machines without network. Both
 * fetch and build, and take minutes: with SEALSCRIBE_LONG=1. What they are made by is tested always.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { find, layout } from '../../scripts/airgap/layout.mjs';
import { bareWords } from '../../scripts/demo/recording.mjs';
import { ignoredBy } from '../../scripts/image/context.mjs';
import { configOf, parseDockerfile } from '../../scripts/image/dockerfile.mjs';
import { has, packageFolders } from '../../scripts/setup.mjs';
import { JFK, JFK_TEXT } from './server-requests.js';

const LONG = process.env['SEALSCRIBE_LONG'] === '1';
if (LONG) vi.setConfig({ testTimeout: 3_600_000 });
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the Dockerfile', () => {
  const text = read('examples/self-host/Dockerfile');

  test('says what both images are, alike but for the device', () => {
    const stages = parseDockerfile(text);
    const [cpu, cuda] = ['cpu', 'cuda'].map((name) => configOf(stages, name));
    expect(cpu).toMatchObject({
      ...{ user: '10001:10001', volumes: ['/data'], port: '8443' },
      ...{ entrypoint: ['node', '/app/dist/main.js'], healthcheck: ['node', '/app/healthcheck.mjs'] },
    });
    expect(cuda?.env).toMatchObject({ SEALSCRIBE_SERVER_DEVICE: 'cuda', SEALSCRIBE_SERVER_WORKERS: '1' });
    for (const each of [cpu, cuda]) {
      delete each?.env['SEALSCRIBE_SERVER_DEVICE'];
      delete each?.env['SEALSCRIBE_SERVER_WORKERS'];
    }
    expect(cuda).toEqual(cpu);
  });

  test.each([
    ['ADD file /app', 'ADD'],
    ['RUN --mount=type=cache,target=/root true', 'RUN'],
    ['COPY --chmod=755 one /two', 'COPY'],
    ['USER somebody', 'USER'],
    ['HEALTHCHECK NONE', 'a command'],
    ['SHELL ["/bin/bash"]', 'SHELL'],
  ])('%s is refused by name and line, for nothing carries it out', (instruction, what) => {
    const lines = text.trim().split('\n').length + 1;
    expect(() => parseDockerfile(`${text.trim()}\n${instruction}\n`)).toThrow(`line ${lines}: ${what}`);
  });

  test('is not sent what was built, installed or stored here', () => {
    const ignored = ignoredBy(read('.dockerignore'));
    for (const path of [
      '.git/config',
      'packages/asr/dist/index.js',
      'a/node_modules/b/c',
      'x/key.pem',
      'y.db-wal',
    ])
      expect([path, ignored(path)]).toEqual([path, true]);
    for (const path of [
      '.gitignore',
      'packages/asr/src/index.ts',
      'docs/distance.md',
      'examples/web-app/index.html',
    ])
      expect([path, ignored(path)]).toEqual([path, false]);
    expect(() => ignoredBy('!packages')).toThrow('not understood');
  });
});

test('in the layout of the archive each package finds what the lockfile gives it, and nothing is of another machine', () => {
  const lock = parse(read('pnpm-lock.yaml'));
  const ours = packageFolders().map((folder) => ({
    folder,
    ...(JSON.parse(read(`${folder}/package.json`)) as { name: string; version: string }),
  }));
  const placed = layout(lock, ours, { os: 'linux', cpu: 'x64', libc: 'glibc' });
  const byPath = new Map(placed.map((each) => [each.path, each]));
  expect(byPath.size).toBe(placed.length);
  const own = new Map(ours.map(({ name, folder }) => [name, folder]));
  const snapshots = Object.entries<{ dependencies?: Record<string, string> }>(lock.snapshots);
  let edges = 0;
  for (const { name, version, path, integrity } of placed) {
    const folder = own.get(name);
    if (folder === undefined) expect(integrity).toMatch(/^sha512-/);
    const needs =
      folder === undefined
        ? snapshots.find(([id]) => id.replace(/\(.*/, '') === `${name}@${version}`)?.[1].dependencies
        : lock.importers[folder].dependencies;
    for (const [wanted, value] of Object.entries<string | { version: string }>(needs ?? {})) {
      const reference = typeof value === 'string' ? value : value.version;
      const found = find(byPath, path, wanted);
      expect(found, `${wanted} for ${path}`).toBeDefined();
      if (!reference.startsWith('link:')) expect(found?.version).toBe(reference.replace(/\(.*/, ''));
      edges += 1;
    }
  }
  expect(edges).toBeGreaterThan(200);
  const names = placed.map(({ name }) => name);
  expect(names).toContain('@libsql/linux-x64-gnu');
  expect(names.filter((name) => /darwin|win32|freebsd|musl|arm/.test(name))).toEqual([]);
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!LONG || !isRoot || !has('apt-get'))('the image: built, started and tried', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/image-check.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  process.stdout.write(stdout);
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('does not keep')]);
});

describe.skipIf(!LONG || !has('bwrap'))('the archive', () => {
  const place = mkdtempSync('/tmp/sealscribe-airgap-test-');
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const make = (name: string) => {
    const args = ['scripts/airgap.mjs', join(place, name)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout.slice(0, 64);
  };

  test('is the same bytes each time', () => {
    expect(make('archive.tar')).toBe(make('again.tar'));
  });

  test('installs on a machine with Node and no network, and what is installed transcribes', () => {
    const script = `set -eu
      grep -c : /proc/net/dev
      cd /srv && tar -xf archive.tar && mv sealscribe-*-linux-x64 archive
      (cd archive && sha256sum --check --quiet SHA256SUMS)
      node archive/install.mjs /srv/sealscribe
      mkdir /srv/data && cd /srv/sealscribe
      bin/sealscribe-server --data /srv/data --web web --workers 1 --port 0 --json > /srv/ready 2> /srv/log &
      server=$!
      until grep -q fingerprint /srv/ready; do kill -0 $server; sleep 0.1; done
      told() { node -p "JSON.parse(require('fs').readFileSync('/srv/ready', 'utf8').split('\\n')[0]).$1"; }
      export SEALSCRIBE_SERVER=$(told url) SEALSCRIBE_FINGERPRINT=$(told fingerprint) SEALSCRIBE_PASSWORD='a password without network'
      bin/sealscribe signup --email nobody@example.com > /srv/said 2>&1
      bin/sealscribe doctor
      bin/sealscribe transcribe /jfk.wav > /srv/text 2>> /srv/said
      node backup.mjs /srv/data /srv/backup
      SEALSCRIBE_SERVER_PORT=\${SEALSCRIBE_SERVER##*:} node healthcheck.mjs
      kill $server && wait $server
      echo; cat /srv/text`;
    const system = ['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => [
      '--symlink',
      `usr/${name}`,
      `/${name}`,
    ]);
    const { status, stdout, stderr } = spawnSync(
      'bwrap',
      [
        ...[
          '--unshare-all',
          '--die-with-parent',
          '--clearenv',
          '--setenv',
          'PATH',
          '/opt/node:/usr/bin',
          '--setenv',
          'HOME',
          '/root',
        ],
        ...[
          '--ro-bind',
          '/usr',
          '/usr',
          ...system,
          '--proc',
          '/proc',
          '--dev',
          '/dev',
          '--tmpfs',
          '/tmp',
          '--tmpfs',
          '/root',
        ],
        ...[
          '--ro-bind',
          process.execPath,
          '/opt/node/node',
          '--ro-bind',
          JFK,
          '/jfk.wav',
          '--bind',
          place,
          '/srv',
        ],
        ...[
          '--ro-bind-try',
          '/etc/ld.so.cache',
          '/etc/ld.so.cache',
          '--ro-bind-try',
          '/etc/alternatives',
          '/etc/alternatives',
        ],
        ...['/bin/sh', '-c', script],
      ],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
    // Loopback alone.
    expect(stdout).toMatch(/^1\n/);
    expect(stdout).toMatch(/^ok {4}server/m);
    expect(bareWords(stdout.slice(stdout.indexOf('\n\n')))).toBe(bareWords(JFK_TEXT));
  });

  test('a changed file is named, and nothing is installed', () => {
    const broken = `cd ${place} && cp -r archive broken && echo changed >> broken/server/backup.mjs`;
    expect(spawnSync('sh', ['-c', broken]).status).toBe(0);
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(place, 'broken/install.mjs'), join(place, 'no')],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('server/backup.mjs is not what SHA256SUMS says'),
    ]);
  });
});
