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
import { join, posix } from 'node:path';
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
  for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies'])
    for (const [name, range] of Object.entries(manifest[field] ?? {}))
      if (range.startsWith('workspace:')) manifest[field][name] = range.slice(10) + versions.get(name);
  mkdirSync(stage, { recursive: true });
  for (const file of [...manifest.files, 'README.md', 'LICENSE'])
    if (existsSync(join(root, path, file)))
      cpSync(join(root, path, file), join(stage, file), {
        recursive: true,
        filter: (name) => !name.endsWith('.d.ts.map'),
      });
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // npm packs the modes too, which came from the umask of whoever cloned, built and packed.
  for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
  for (const file of readdirSync(stage, { recursive: true, encoding: 'utf8' })) {
    const change = changes.find(([end]) => file.endsWith(end))?.[1];
    if (change === undefined) continue;
    const text = readFileSync(join(stage, file), 'utf8');
    writeFileSync(join(stage, file), change(text, posix.join(path, file), stage, manifest));
  }
}

/** @type {[end: string, (text: string, from: string, stage: string, manifest: any) => string][]} What is other than in the repository. */
const changes = [
  ['.md', withLinksHome],
  // Maps of declarations lead to the sources, which are not published; those of scripts hold them.
  ['.d.ts', (text) => text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n')],
];

/**
 * A text of a package whose links to what is not in the package lead to the repository: here they would lead nowhere.
 * @param {string} text @param {string} from The file, from the root. @param {string} stage @param {any} manifest
 */
function withLinksHome(text, from, stage, { repository }) {
  const home = repository.url.replace(/^git\+|\.git$/g, '');
  return text.replaceAll(/\]\((?![a-z]+:|#)([^)\s]+)\)/g, (link, target) => {
    const path = posix.join(posix.dirname(from), target);
    const here = posix.relative(repository.directory, path).replace(/#.*/, '');
    return !here.startsWith('..') && existsSync(join(stage, here)) ? link : `](${home}/blob/HEAD/${path})`;
  });
}

/**
 * The packages of ours that an installation of one needs, itself among them, by name.
 * @param {string} name @returns {string[]}
 */
export function withOurs(name) {
  const { dependencies = {} } = manifestOf(`packages/${name.slice('@sealscribe/'.length)}`);
  const ours = Object.keys(dependencies).filter((each) => each.startsWith('@sealscribe/'));
  return [...new Set([...ours.flatMap(withOurs), name])];
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
