// @ts-check
// The file systems that images begin from, made of Debian's packages and npm's where the images themselves cannot be fetched:
// node:VERSION-RELEASE-slim is Debian's RELEASE as debootstrap makes it, with Node where the image has it.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Makes the file system of an image.
 * @param {string} image With its tag. @param {string} target A folder that is not there yet.
 * @returns {string} What it is, for a person.
 * @throws {Error} for an image that cannot be made here.
 */
export function makeBase(image, target) {
  const [, version = '', release = ''] = /^node:(\d+\.\d+\.\d+)-([a-z]+)-slim$/.exec(image) ?? [];
  if (version === '') throw new Error(`${image} cannot be made here: it is not Debian with Node.`);
  const made = spawnSync('debootstrap', ['--variant=minbase', release, target], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`debootstrap failed:\n${made.stdout}${made.stderr}`);
  const node = placeNode(version, target);
  // The package lists and archives are no part of the image.
  for (const folder of ['var/cache/apt/archives', 'var/lib/apt/lists'])
    rmSync(join(target, folder), { recursive: true, force: true });
  return `Debian ${release} by debootstrap in the place of ${image}, with ${node}`;
}

/** Puts Node and npm under /usr/local, as the official image has them. @param {string} version @param {string} target */
function placeNode(version, target) {
  const local = join(target, 'usr/local');
  const fetched = fetchNode(version, local);
  if (!fetched) cpSync(process.execPath, join(local, 'bin/node'));
  // The npm of this machine: it only builds, and is no part of what runs.
  const npm = dirname(dirname(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())));
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  return fetched
    ? `Node ${version} from npm's package of it`
    : `the Node ${process.versions.node} that runs here, NOT ${version}, which could not be had`;
}

/** Unpacks npm's package of that Node, which holds the program as it was released. @param {string} version @param {string} local */
function fetchNode(version, local) {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-node-'));
  try {
    const name = `node-${process.platform}-${process.arch}`;
    const args = ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`];
    if (spawnSync('npm', args, { cwd: folder }).status !== 0) return false;
    const archive = join(folder, `${name}-${version}.tgz`);
    const only = ['--strip-components=1', '--no-same-owner', 'package/bin/node'];
    return spawnSync('tar', ['-xzf', archive, '-C', local, ...only]).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
