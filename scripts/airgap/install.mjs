// Installs Sealscribe's server and command line program from this folder, without network: node install.mjs FOLDER
// FOLDER must not be there yet. Afterwards: FOLDER/bin/sealscribe-server and FOLDER/bin/sealscribe.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const { machine, packages, commands } = JSON.parse(readFileSync(join(here, 'layout.json'), 'utf8'));

/** @param {string} message */
function fail(message) {
  console.error(`install.mjs: ${message}`);
  process.exit(1);
}

if (process.argv.length !== 3) fail('node install.mjs FOLDER, which must not be there yet');
const folder = resolve(process.argv[2]);
if (existsSync(folder))
  fail(`${folder} is there already: install beside it, and change the names afterwards.`);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
const libc =
  process.report.getReport().header.glibcVersionRuntime === undefined ? 'another C library' : 'glibc';
if (process.platform !== machine.os || process.arch !== machine.cpu || libc !== machine.libc)
  fail(
    `this is for ${machine.os}-${machine.cpu} with ${machine.libc}, and here is ${process.platform}-${process.arch} with ${libc}.`,
  );

// Every file beside this one, and no other.
const sums = readFileSync(join(here, 'SHA256SUMS'), 'utf8').trim().split('\n');
const named = new Map(sums.map((line) => [line.slice(66), line.slice(0, 64)]));
const files = readdirSync(here, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(here.length))
  .filter((name) => name !== 'SHA256SUMS');
for (const name of new Set([...files, ...named.keys()])) {
  const sum =
    files.includes(name) &&
    createHash('sha256')
      .update(readFileSync(join(here, name)))
      .digest('hex');
  if (sum !== named.get(name))
    fail(`${name} is not what SHA256SUMS says: the archive is damaged, or was changed.`);
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${program} ${args.join(' ')}: ${stderr ?? error?.message}`);
}

for (const { file, path, leaveOut } of packages) {
  const place = join(folder, path);
  mkdirSync(place, { recursive: true });
  const without = leaveOut.map((/** @type {string} */ part) => `--exclude=${part}`);
  run('tar', [
    '-xzf',
    join(here, 'tarballs', file),
    '-C',
    place,
    '--strip-components=1',
    '--no-same-owner',
    ...without,
  ]);
}
for (const name of readdirSync(join(here, 'server')))
  cpSync(join(here, 'server', name), join(folder, name), { recursive: true });
mkdirSync(join(folder, 'bin'));
for (const [name, main] of Object.entries(commands)) {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/../${main}" "$@"\n`);
  chmodSync(file, 0o755);
}
// Some packages were packed with modes that let their owner alone read them, and root's umask may be such: the server is another user.
run('chmod', ['-R', 'u+rwX,go+rX,go-w', folder]);
console.log(
  `${folder} has ${packages.length} packages: bin/sealscribe-server --data DATA starts a server, bin/sealscribe --help says the rest.`,
);
