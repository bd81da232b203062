// What every script needs first: dependencies installed, packages built, system packages present.
// Each step is skipped when its result is already there and newer than its inputs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PNPM = 'pnpm@10.34.9';

/** Runs a command with its output shown; throws when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
  return result;
}

/** Path of a tool that the dependencies bring. */
export const bin = (name) => join(root, 'node_modules', '.bin', name);

function newest(folder, skip = new Set(['node_modules', 'dist', 'files'])) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skip.has(entry.name)) continue;
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path, skip) : statSync(path).mtimeMs);
  }
  return time;
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Sealscribe needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** Installs the npm dependencies exactly as locked, when the lockfile is newer than the last install. */
export function install() {
  requireNode();
  const stamp = join(root, 'node_modules', '.sealscribe-installed');
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('npx', ['-y', PNPM, 'install', '--frozen-lockfile'], { stdio: ['ignore', 2, 2] });
  writeFileSync(stamp, lock);
}

/** Installs and builds what is missing or older than its source. */
export function build() {
  install();
  const stamp = join(root, 'node_modules', '.cache', 'sealscribe-built');
  const source = Math.max(
    newest(join(root, 'packages')),
    ...['tsup.config.ts', 'tsconfig.base.json', 'pnpm-lock.yaml'].map(
      (file) => statSync(join(root, file)).mtimeMs,
    ),
  );
  const made = [
    'crypto/dist/index.js',
    'server-reference/dist/main.js',
    'cli/dist/main.js',
    'model-moonshine-tiny-en/files/manifest.json',
  ];
  if (
    existsSync(stamp) &&
    statSync(stamp).mtimeMs > source &&
    made.every((file) => existsSync(join(root, 'packages', file)))
  )
    return;
  for (const name of readdirSync(join(root, 'packages')))
    rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  run(process.execPath, ['packages/model-moonshine-tiny-en/build.mjs'], { stdio: ['ignore', 2, 2] });
  run(bin('tsup'), ['--config', 'tsup.config.ts'], { stdio: ['ignore', 2, 2] });
  run(
    bin('tsc'),
    [
      '-b',
      '--force',
      ...readdirSync(join(root, 'packages'))
        .filter((name) => existsSync(join(root, 'packages', name, 'tsconfig.json')))
        .map((name) => `packages/${name}`),
    ],
    { stdio: ['ignore', 2, 2] },
  );
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/**
 * Makes sure that system programs are there: `needs` maps a program to its Debian package.
 * As root on Debian they are installed through apt-get; elsewhere the missing ones are named. Returns the missing programs.
 */
export function systemPackages(needs) {
  const missing = Object.keys(needs).filter((command) => !has(command));
  if (missing.length === 0) return [];
  const packages = missing.map((command) => needs[command]);
  if (process.getuid?.() === 0 && has('apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 2, 2] };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
  } else {
    console.error(
      `Please install: ${packages.join(' ')} (for example: sudo apt-get install ${packages.join(' ')})`,
    );
  }
  return Object.keys(needs).filter((command) => !has(command));
}
