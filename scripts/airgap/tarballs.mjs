// @ts-check
// The packages of others as their registry has them, byte for byte: fetched by npm once, kept in a folder, and held against the
// lockfile's hashes each time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BATCH = 12;
const AT_ONCE = 4;

/** The name that npm gives to a package's file. @param {{ name: string, version: string }} placed */
export const fileOf = ({ name, version }) => `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;

/** @param {string} file */
export const integrityOf = (file) =>
  `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;

/** @param {string[]} specs @param {string} folder */
function npmPack(specs, folder) {
  return new Promise((resolve, reject) => {
    const args = ['pack', '--silent', '--prefer-offline', '--pack-destination', folder, ...specs];
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(undefined)
        : reject(new Error(`npm could not fetch ${specs.join(' ')}:\n${errors}`)),
    );
  });
}

/**
 * Makes sure that a folder has the file of every package.
 * @param {readonly { name: string, version: string, integrity?: string | undefined }[]} packages
 * @param {string} folder
 * @throws {Error} when one cannot be fetched, or is not what the lockfile says.
 */
export async function fetchTarballs(packages, folder) {
  mkdirSync(folder, { recursive: true });
  const missing = packages.filter((each) => !existsSync(join(folder, fileOf(each))));
  const batches = Array.from({ length: Math.ceil(missing.length / BATCH) }, (_, i) =>
    missing.slice(i * BATCH, (i + 1) * BATCH),
  );
  const temporary = mkdtempSync(join(folder, '.fetch-'));
  try {
    const worker = async () => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop())
        await npmPack(
          batch.map(({ name, version }) => `${name}@${version}`),
          temporary,
        );
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // Whole ones alone get to their places.
    for (const file of readdirSync(temporary)) renameSync(join(temporary, file), join(folder, file));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  for (const each of packages)
    if (integrityOf(join(folder, fileOf(each))) !== each.integrity) {
      rmSync(join(folder, fileOf(each)));
      throw new Error(`${fileOf(each)} is not what pnpm-lock.yaml says.`);
    }
}
