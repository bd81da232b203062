// @ts-check
// What the published packages are made of: every package of others that an install of them brings, or that lies inside their files,
// as the lockfile has it (all systems, not only this one). Read by the SBOM, the licence report and their checks.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../setup.mjs';

/**
 * @typedef {{ name: string, version: string, integrity: string, licence: string, dependsOn: string[], embedded: boolean }} Component
 * `dependsOn` holds `name@version`; `embedded` says that its code or files lie inside one of ours.
 * @typedef {{ name: string, version: string, folder: string, dependsOn: string[] }} OurPackage
 */

/** What our packages carry inside instead of depending on it: licences/ and THIRD-PARTY.md in them say so too. */
const EMBEDDED = {
  'packages/sdk-browser': ['mediabunny', 'onnxruntime-web'],
  'packages/model-moonshine-tiny-en': [
    '@moonshine-ai/moonshine-js',
    '@ricky0123/vad-web',
    'llama-tokenizer-js',
  ],
};

/** What a package says in a file of its own and forgot in its package.json. */
const IN_ITS_LICENCE_FILE = { 'png-js@2.0.0': 'MIT' };

const store = join(root, 'node_modules', '.pnpm');
/** @type {string[] | undefined} */
let installed;

/** The package.json of an installed package; undefined where it is not, as a part for another system. @param {string} name @param {string} version */
export function installedManifest(name, version) {
  installed ??= readdirSync(store);
  const prefix = `${name.replace('/', '+')}@${version}`;
  const folder = installed.find((entry) => entry === prefix || entry.startsWith(`${prefix}_`));
  const file = folder && join(store, folder, 'node_modules', name, 'package.json');
  return file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The licence that an installed package declares. @param {string} name @param {string} version */
function declaredLicence(name, version) {
  const manifest = installedManifest(name, version);
  if (manifest === undefined) return undefined;
  const { license, licenses } = manifest;
  const inFile = IN_ITS_LICENCE_FILE[/** @type {keyof typeof IN_ITS_LICENCE_FILE} */ (`${name}@${version}`)];
  return license?.type ?? license ?? licenses?.[0]?.type ?? inFile ?? 'none declared';
}

/** The packages of this project that are published. @returns {OurPackage[]} */
function published(/** @type {any} */ lock) {
  return Object.entries(lock.importers)
    .filter(([folder]) => folder.startsWith('packages/'))
    .map(([folder, { dependencies = {}, optionalDependencies = {} }]) => {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const dependsOn = Object.entries({ ...dependencies, ...optionalDependencies }).map(
        ([dependency, { version: resolved }]) =>
          resolved.startsWith('link:')
            ? `${dependency}@${version}`
            : `${dependency}@${resolved.replace(/\(.*/, '')}`,
      );
      return { name, version, folder, dependsOn };
    });
}

/**
 * Every component, by `name@version`, with the packages of ours.
 * @returns {{ ours: OurPackage[], others: Map<string, Component> }}
 */
export function components() {
  const lock = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'));
  const ours = published(lock);
  /** @type {Map<string, Component>} */
  const others = new Map();

  /** @param {string} reference In the lockfile's words, with peers in brackets. @param {boolean} embedded @param {string} [parentLicence] */
  const add = (reference, embedded, parentLicence) => {
    const id = reference.replace(/\(.*/, '');
    const known = others.get(id);
    if (known) {
      known.embedded ||= embedded;
      return;
    }
    const at = id.lastIndexOf('@');
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    const { dependencies = {}, optionalDependencies = {} } = lock.snapshots[reference] ?? {};
    const next = Object.entries({ ...dependencies, ...optionalDependencies }).map(
      ([dep, v]) => `${dep}@${v}`,
    );
    // A part for another system is not installed here; it is under the licence of the package that it is a part of.
    const licence = declaredLicence(name, version) ?? parentLicence ?? 'unknown';
    const { integrity } = lock.packages[id].resolution;
    others.set(id, {
      name,
      version,
      integrity,
      licence,
      embedded,
      dependsOn: next.map((each) => each.replace(/\(.*/, '')),
    });
    // What lies inside one of ours was taken out of its package: that package's own dependencies do not come along.
    if (!embedded) for (const each of next) add(each, false, licence);
  };

  for (const { folder } of ours) {
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = lock.importers[folder];
    for (const [name, { version }] of Object.entries({ ...dependencies, ...optionalDependencies }))
      if (!version.startsWith('link:')) add(`${name}@${version}`, false);
    for (const name of EMBEDDED[/** @type {keyof typeof EMBEDDED} */ (folder)] ?? [])
      add(`${name}@${devDependencies[name].version}`, true);
  }
  return { ours, others };
}
