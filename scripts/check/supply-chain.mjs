// @ts-check
// What is published: under which licences, which install scripts it brings, whether its bill of materials is a valid one, and whether
// two builds of the same source in other places and at other times give the same bytes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { packageFolders, root } from '../setup.mjs';
import { components, installedManifest } from '../supply-chain/components.mjs';
import { projectFiles } from './steps.mjs';

/** Install scripts that an `npm install` of our packages runs, and why that is so. None of them is needed: `--ignore-scripts` works. */
const INSTALL_SCRIPTS = {
  'onnxruntime-node': 'downloads the CUDA provider; ONNXRUNTIME_NODE_INSTALL=skip leaves it out',
};

/** Ours have none, and those of others are known. */
export function unknownInstallScripts() {
  const { others } = components();
  /** @param {string} name @param {{ scripts?: Record<string, string> }} manifest */
  const scriptsOf = (name, { scripts = {} }) =>
    ['preinstall', 'install', 'postinstall']
      .filter((script) => scripts[script] !== undefined)
      .map((script) => `${name} has the install script ${script}`);
  const ours = packageFolders().flatMap((folder) =>
    scriptsOf(folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))),
  );
  const theirs = [...others.values()]
    .filter(({ name, embedded }) => !embedded && !(name in INSTALL_SCRIPTS))
    .flatMap(({ name, version }) => scriptsOf(name, installedManifest(name, version) ?? {}));
  return [...ours, ...theirs];
}

/** Workflows name the actions of others by commit: a tag can be moved to another one. */
export function unpinnedActions() {
  return projectFiles()
    .filter((file) => file.startsWith('.github/workflows/'))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/uses: *(\S+)/g)]
        .filter(([, action]) => !/@[0-9a-f]{40}$/.test(action ?? ''))
        .map(([, action]) => `${file} takes ${action} without naming its commit`),
    );
}

/** A copy of the project without anything that was built, with its installed packages. @param {string} folder */
function copyProject(folder) {
  for (const file of projectFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  for (const parent of [
    '.',
    ...['packages', 'examples'].flatMap((name) =>
      readdirSync(join(root, name)).map((each) => `${name}/${each}`),
    ),
  ]) {
    if (!existsSync(join(root, parent, 'node_modules'))) continue;
    // Hard links where the file system can; the caches of builds are not taken along.
    const from = join(root, parent, 'node_modules');
    const to = join(folder, parent, 'node_modules');
    if (spawnSync('cp', ['-al', from, to]).status !== 0) spawnSync('cp', ['-a', from, to]);
    rmSync(join(to, '.cache'), { recursive: true, force: true });
  }
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env @returns {string} SHA256SUMS */
function packCopy(folder, env) {
  copyProject(folder);
  const { status, stderr } = spawnSync(process.execPath, ['scripts/pack.mjs'], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`npm run pack failed in a copy:\n${stderr}`);
  return readFileSync(join(folder, 'release', 'SHA256SUMS'), 'utf8');
}

/** The folder that {@link madeRelease} made, which goes when this process ends. @type {string | undefined} */
let kept;

/** What `npm run pack` makes of this source, made once: the folder of the tarballs. */
export function madeRelease() {
  const temporary = (kept ??= mkdtempSync(join(tmpdir(), 'sealscribe-pack-')));
  const release = join(temporary, 'a', 'release');
  if (existsSync(join(release, 'SHA256SUMS'))) return { temporary, release };
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
  packCopy(join(temporary, 'a'), { TZ: 'Pacific/Chatham', LC_ALL: 'C' });
  return { temporary, release };
}

/** Builds once more in another place, and looks at what came out. */
export async function wrongRelease() {
  const { temporary, release } = madeRelease();
  const copy = join(temporary, 'another place', 'b');
  // Modes are packed too, and are not to come from whoever builds.
  const umask = process.umask(0o077);
  try {
    const first = readFileSync(join(release, 'SHA256SUMS'), 'utf8');
    const second = packCopy(copy, { TZ: 'America/Adak', LC_ALL: 'C.UTF-8' });
    const bom = readFileSync(join(release, 'sbom.cdx.json'), 'utf8');
    const invalid = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom);
    const listed = first.trim().split('\n');
    const differing = listed.filter((line) => !second.split('\n').includes(line));
    return [
      ...(listed.length === readdirSync(release).length - 1 ? [] : ['SHA256SUMS does not name all files']),
      ...listed
        .map((line) => /** @type {[string, string]} */ (line.split('  ')))
        .filter(
          ([sum, name]) =>
            sum !==
            createHash('sha256')
              .update(readFileSync(join(release, name)))
              .digest('hex'),
        )
        .map(([, name]) => `SHA256SUMS is wrong about ${name}`),
      ...differing.map(
        (line) => `another build gives other bytes: ${differences(temporary, line.slice(66))}`,
      ),
      ...(invalid ? [`sbom.cdx.json is not valid: ${JSON.stringify(invalid).slice(0, 500)}`] : []),
      ...wrongIntegrities(release, temporary),
    ];
  } finally {
    process.umask(umask);
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Which files differ between the two tarballs of a package. @param {string} temporary @param {string} name */
function differences(temporary, name) {
  const [one, other] = ['a', 'another place/b'].map((place) => {
    const folder = mkdtempSync(join(temporary, 'unpacked-'));
    spawnSync('tar', ['-xzf', join(temporary, place, 'release', name), '-C', folder]);
    return folder;
  });
  const { stdout } = spawnSync('diff', ['-rq', one ?? '', other ?? ''], { encoding: 'utf8' });
  return `${name}\n${stdout || 'no file differs: their names, modes or order do'}`;
}

/** What integrity.json says is compared with the files inside the tarball, which are what people load. @param {string} release @param {string} temporary */
function wrongIntegrities(release, temporary) {
  const tarball = readdirSync(release).find((name) => name.startsWith('sealscribe-sdk-browser-'));
  const { status } = spawnSync('tar', ['-xzf', join(release, tarball ?? ''), '-C', temporary]);
  if (status !== 0) return ['there is no tarball of sdk-browser'];
  const listed = JSON.parse(readFileSync(join(release, 'integrity.json'), 'utf8'));
  const dist = join(temporary, 'package', 'dist');
  const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
  return scripts
    .filter((name) => {
      const sum = createHash('sha384')
        .update(readFileSync(join(dist, name)))
        .digest('base64');
      return listed[name] !== `sha384-${sum}`;
    })
    .map((name) => `integrity.json is wrong about ${name}`);
}
