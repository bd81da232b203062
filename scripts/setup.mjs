// @ts-check
// What every script needs first: dependencies installed, packages built, system programs present.
// Each step is skipped when its result is already there and newer than its inputs. All talk goes to standard error.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's own folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The package manager of the workspace. */
export const PNPM = 'pnpm@10.34.9';
const CACHE = join(root, 'node_modules', '.cache');

/** Path of a tool that the dependencies bring. @param {string} name */
export const bin = (name) => join(root, 'node_modules', '.bin', name);

/**
 * Runs a command without showing its output, unless it fails; says on standard error what is being done and how long it took.
 * @param {string} what What is being done, for a person.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] Variables on top of this process's own.
 * @throws {Error} when the command fails.
 */
function work(what, command, args, env = {}) {
  process.stderr.write(`${what} … `);
  const started = performance.now();
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (result.error || result.status !== 0) {
    process.stderr.write(`failed\n${result.stdout ?? ''}${result.stderr ?? ''}`);
    throw (
      result.error ?? new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`)
    );
  }
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Sealscribe needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** Installs the npm dependencies exactly as locked, unless the last install was of the same lockfile. */
export function install() {
  requireNode();
  const stamp = join(root, 'node_modules', '.sealscribe-installed');
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // CI=true: pnpm never asks a question.
  work('Installing the npm packages', 'npx', ['-y', PNPM, 'install', '--frozen-lockfile'], { CI: 'true' });
  writeFileSync(stamp, lock);
}

/** Every file under a folder that `keep` accepts; folders that it refuses are not entered. @param {string} folder @param {(name: string) => boolean} keep @returns {string[]} */
function filesUnder(folder, keep) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => keep(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path, keep) : entry.isFile() ? [path] : [];
    });
}

const isSource = (/** @type {string} */ name) =>
  !['node_modules', 'dist', 'files', 'test', 'vectors'].includes(name) && !name.endsWith('.tsbuildinfo');

/** The packages, as paths from the root. */
export const packageFolders = () => readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

/** Those that are written in TypeScript. */
const typed = () => packageFolders().filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));

/** Installs and builds what is missing or older than its source: JavaScript and the model's files, which is what runs. */
export function build() {
  install();
  const sources = [
    ...filesUnder(join(root, 'packages'), isSource),
    ...['tsup.config.ts', 'pnpm-lock.yaml'].map((file) => join(root, file)),
  ];
  const stamp = join(CACHE, 'sealscribe-built');
  const made = ['crypto/dist/index.js', 'server-reference/dist/main.js', 'cli/dist/main.js'];
  const complete = made.every((file) => existsSync(join(root, 'packages', file)));
  if (
    complete &&
    existsSync(stamp) &&
    sources.every((file) => statSync(file).mtimeMs < statSync(stamp).mtimeMs)
  )
    return;

  const started = Date.now() - 1000; // a second of grace for file systems with coarse times
  work('Copying the speech model', process.execPath, ['packages/model-moonshine-tiny-en/build.mjs']);
  work('Building the packages', bin('tsup'), ['--config', 'tsup.config.ts']);
  // Whatever this build did not write is left over from an older one.
  for (const folder of typed())
    for (const file of filesUnder(join(root, folder, 'dist'), (name) => !name.includes('.d.ts')))
      if (statSync(file).mtimeMs < started) rmSync(file);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, '');
}

/** Builds the web app into examples/web-app/dist, unless it is newer than its source and the packages. */
export function buildWebApp() {
  build();
  const app = join(root, 'examples/web-app');
  const page = join(app, 'dist/index.html');
  const sources = [...filesUnder(app, isSource), join(CACHE, 'sealscribe-built')];
  if (existsSync(page) && sources.every((file) => statSync(file).mtimeMs < statSync(page).mtimeMs)) return;
  work('Building the web app', bin('vite'), ['build', app, '--logLevel', 'warn']);
}

/** Type-checks the packages and writes their declarations, which is what their users compile against. */
export function buildTypes() {
  // The compiler trusts its own notes, also where somebody has removed what it made.
  const complete = typed().every(
    (folder) => folder === 'packages/cli' || existsSync(join(root, folder, 'dist/index.d.ts')),
  );
  work('Checking and declaring the types', bin('tsc'), ['-b', ...(complete ? [] : ['--force']), ...typed()]);
}

/** Whether a program is on the search path, or a module is there for Debian's Python ("python3:NAME"). @param {string} program */
export const has = (program) =>
  program.startsWith('python3:')
    ? spawnSync('/usr/bin/python3', ['-c', `import ${program.slice(8)}`], { stdio: 'ignore' }).status === 0
    : spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;

/**
 * Makes sure that system programs are there. As root on Debian they are installed through apt-get; elsewhere the missing ones
 * are named, with the command that installs them.
 * @param {Record<string, string>} needs Program to Debian package.
 * @returns {string[]} The programs that are still missing.
 */
export function systemPackages(needs) {
  const missing = Object.keys(needs).filter((program) => !has(program));
  if (missing.length === 0) return [];
  const packages = missing.map((program) => /** @type {string} */ (needs[program]));
  if (process.getuid?.() === 0 && has('apt-get')) {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    try {
      work('Updating the package lists', 'apt-get', ['update', '-qq'], quiet);
      const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
      work(`Installing ${packages.join(', ')}`, 'apt-get', args, quiet);
    } catch (error) {
      console.error(`Could not install ${packages.join(', ')}: ${/** @type {Error} */ (error).message}`);
    }
  } else {
    console.error(
      `Missing: ${missing.join(', ')}. On Debian and Ubuntu: sudo apt-get install ${packages.join(' ')}`,
    );
  }
  return Object.keys(needs).filter((program) => !has(program));
}

/** Ends the script with a plain message when its work fails. @param {() => unknown} main */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
