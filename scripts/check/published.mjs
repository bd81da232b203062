// @ts-check
// What is published, as those who install it find it: publint and Are the types wrong? (ESM only) about every tarball, and how large what
// an application takes in may be. The tarballs are those of `npm run pack`.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import filePlugin from '@size-limit/file';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import sizeLimit from 'size-limit';

/** Bytes of each package's JavaScript, compressed (Brotli), that an application may take in. */
const MOST_BYTES = {
  crypto: 14_000,
  protocol: 16_000,
  asr: 60_000,
  'sdk-core': 90_000,
  'sdk-node': 8_000,
};

/** What a package needs beside its code. */
const NEEDED = ['description', 'keywords', 'license', 'repository', 'engines', 'files'];

/** Resolutions of modules that nobody has who can load ESM at all. */
const NOT_FOR_ESM = ['node10', 'node16-cjs'];

/** @param {string} release Folder of the tarballs. */
export async function wrongPackages(release) {
  /** @type {string[]} */
  const problems = [];
  const tarballs = readdirSync(release).filter((name) => name.endsWith('.tgz'));
  const unpacked = mkdtempSync(join(tmpdir(), 'sealscribe-published-'));
  try {
    for (const name of tarballs) {
      const bytes = Uint8Array.from(readFileSync(join(release, name)));
      spawnSync('tar', ['-xzf', join(release, name), '-C', unpacked]);
      const folder = join(unpacked, 'package');
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const files = readdirSync(folder);
      const found = [
        ...NEEDED.filter((field) => manifest[field] === undefined).map((field) => `has no ${field}`),
        ...['README.md', 'LICENSE'].filter((file) => !files.includes(file)).map((file) => `lacks ${file}`),
        ...unpublishable(manifest),
        ...deadLinks(folder),
        ...(await lint(bytes, manifest)),
        // Programs have no types.
        ...(manifest.exports === undefined ? [] : await wrongTypes(bytes)),
        ...(await tooLarge(folder, manifest.name.slice('@sealscribe/'.length))),
      ];
      problems.push(...found.map((problem) => `${manifest.name} ${problem}`));
      rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
  return problems;
}

/** Only the workspace knows what is there in the place of a version. @param {Record<string, Record<string, string>>} manifest */
function unpublishable(manifest) {
  return ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, range]) => range.includes(':'))
      .map(([name, range]) => `has ${name} as ${range} in ${field}`),
  );
}

/** Links of its texts to files that it does not have. @param {string} folder */
function deadLinks(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)]
        .filter(([, target = '']) => !existsSync(join(folder, dirname(file), target)))
        .map(([, target]) => `has a link in ${file} to ${target}, which is not in it`),
    );
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {object} manifest */
async function lint(bytes, manifest) {
  const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

/** @param {Uint8Array} bytes */
async function wrongTypes(bytes) {
  const result = await checkPackage(createPackageFromTarballData(bytes));
  // Nor have files.
  if (!result.types) return [];
  return (
    result.problems
      .filter((problem) => !('resolutionKind' in problem && NOT_FOR_ESM.includes(problem.resolutionKind)))
      // Workers are loaded by their address.
      .filter((problem) => !('entrypoint' in problem && problem.entrypoint.endsWith('.js')))
      .map((problem) => `types: ${JSON.stringify(problem)}`)
  );
}

/** @param {string} folder @param {string} name */
async function tooLarge(folder, name) {
  const most = MOST_BYTES[/** @type {keyof typeof MOST_BYTES} */ (name)];
  if (most === undefined) return [];
  const measured = await sizeLimit([filePlugin], [join(folder, 'dist/index.js')]);
  const [{ size = 0 } = {}] = /** @type {{ size?: number }[]} */ (measured);
  return size > most ? [`takes ${size} bytes, compressed, more than ${most}`] : [];
}
