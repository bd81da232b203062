// @ts-check
// The examples as somebody has them who installs what is published: copied out of the workspace, each with the tarballs of
// `npm run pack` and what those depend on, by npm and by pnpm; then run by the tests that run them in place.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNPM, bin, root } from '../setup.mjs';
import { withOurs } from '../supply-chain/pack-packages.mjs';

const EXAMPLES = ['node-quickstart', 'own-storage', 'edge-worker', 'express-webhook', 'vite-upload'];

/**
 * How each installs. For npm it is enough that what a package needs of ours is named beside it, as `npm run pack` says; pnpm has to be told
 * what takes the place of a dependency's dependency.
 */
const MANAGERS = {
  npm: {
    command: ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'],
    overrides: () => ({}),
  },
  pnpm: {
    command: ['npx', '-y', PNPM, 'install', '--prefer-offline', '--ignore-scripts'],
    overrides: (/** @type {Record<string, string>} */ files) => ({ pnpm: { overrides: files } }),
  },
};

/**
 * Runs a command to its end.
 * @param {string[]} command @param {string} cwd @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run([program = '', ...args], cwd, env = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, CI: 'true', ...env } };
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Where the tarball of each package is. @param {string} release @returns {Record<string, string>} */
function tarballs(release) {
  const named = readdirSync(release)
    .map((file) => [/^sealscribe-(.*)-\d+\.\d+\.\d+.*\.tgz$/.exec(file)?.[1], file])
    .filter(([name]) => name !== undefined)
    .map(([name, file]) => [`@sealscribe/${name}`, `file:${join(release, String(file))}`]);
  return Object.fromEntries(named);
}

/**
 * Installs the examples with a package manager and runs them.
 * @param {string} release Folder of the tarballs. @param {keyof typeof MANAGERS} manager
 */
export async function brokenExamples(release, manager) {
  const files = tarballs(release);
  const { command, overrides } = MANAGERS[manager];
  const folder = mkdtempSync(join(tmpdir(), `sealscribe-${manager}-`));
  try {
    for (const name of EXAMPLES) {
      const example = join(folder, name);
      const from = join(root, 'examples', name);
      cpSync(from, example, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
      const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
      for (const each of Object.keys(manifest.dependencies ?? {}))
        if (files[each] !== undefined)
          for (const ours of withOurs(each)) manifest.dependencies[ours] = files[ours];
      writeFileSync(join(example, 'package.json'), JSON.stringify({ ...manifest, ...overrides(files) }));
      const { code, output } = await run(command, example);
      if (code !== 0) return [`${manager} could not install ${name}: ${output}`];
    }
    const tests = [bin('vitest'), 'run', '--project', 'e2e', 'test/e2e/examples.test.ts'];
    const { code, output } = await run(tests, root, { SEALSCRIBE_EXAMPLES: folder });
    return code === 0 ? [] : [output];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
