// @ts-check
// The packages of this project as files that npm publishes: the same bytes from the same build on any machine.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolders, root } from '../setup.mjs';

/** @param {string} path From the root. */
const manifestOf = (path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));

/**
 * Puts what is published of a package into `stage`, with a manifest as users need it: the versions of our other packages in their places,
 * in the order in which they are written, and nothing that only development needs.
 * @param {string} path From the root. @param {string} stage
 * @param {Map<string, string>} versions Of our packages, by name.
 */
function stagePackage(path, stage, versions) {
  const manifest = manifestOf(path);
  delete manifest.devDependencies;
  delete manifest.scripts;
  for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
    if (range.startsWith('workspace:')) manifest.dependencies[name] = range.slice(10) + versions.get(name);
  mkdirSync(stage, { recursive: true });
  for (const file of [...manifest.files, 'README.md', 'LICENSE'])
    if (existsSync(join(root, path, file)))
      cpSync(join(root, path, file), join(stage, file), { recursive: true });
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // npm packs the modes too, which came from the umask of whoever cloned, built and packed.
  for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Packs every package, as it is built, into a folder. @param {string} folder @throws {Error} when npm cannot. */
export function packInto(folder) {
  const temporary = mkdtempSync(join(tmpdir(), 'sealscribe-stage-'));
  const versions = new Map(
    packageFolders()
      .map(manifestOf)
      .map(({ name, version }) => [name, version]),
  );
  for (const each of packageFolders()) {
    const stage = join(temporary, each);
    stagePackage(each, stage, versions);
    const args = ['pack', '--ignore-scripts', '--pack-destination', folder];
    const { status, stderr, stdout } = spawnSync('npm', args, { cwd: stage, encoding: 'utf8' });
    if (status !== 0) throw new Error(`Could not pack ${each}:\n${stdout}${stderr}`);
  }
  rmSync(temporary, { recursive: true });
}
