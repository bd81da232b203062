// @ts-check
// npm run airgap [-- OUT.tar]: one archive from which the server and the command line program are installed without network on a machine
// that has Node: sealscribe-VERSION-linux-x64.tar. The same bytes from the same source. In it, in a folder of that name:
//
//     README.md           what to do with it
//     install.mjs         node install.mjs FOLDER
//     tarballs/           our packages as they are published, the model among them, and those of others as their registry has them
//     layout.json         where each of them goes
//     server/             the web app, the guides, and what is of use beside a server: backup.mjs, sandbox.sh, the systemd unit and others
//     LICENCES.md         under which licences
//     SHA256SUMS          of all of it
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { layout } from './airgap/layout.mjs';
import { fetchTarballs, fileOf } from './airgap/tarballs.mjs';
import { buildTypes, buildWebApp, packageFolders, root, runScript } from './setup.mjs';
import { packInto } from './supply-chain/pack-packages.mjs';

const MACHINE = { os: 'linux', cpu: 'x64', libc: 'glibc' };
const COMMANDS = {
  'sealscribe-server': 'dist/main.js',
  sealscribe: 'node_modules/@sealscribe/cli/dist/main.js',
};
const BESIDE = [
  ...['backup.mjs', 'healthcheck.mjs', 'sandbox.sh', 'sealscribe.service'],
  ...['nginx.conf', 'haproxy.cfg'],
];
/** What packages bring for other machines, as tar's patterns. */
const LEAVE_OUT = {
  'onnxruntime-node': ['*/bin/napi-v6/darwin', '*/bin/napi-v6/win32', '*/bin/napi-v6/linux/arm64'],
};

/** Puts what goes into the archive into a folder. @param {string} stage @param {typeof import('yaml').parse} parse */
async function fill(stage, parse) {
  const ours = packageFolders().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return { folder, name, version };
  });
  const packages = layout(parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')), ours, MACHINE);
  const tarballs = join(stage, 'tarballs');
  mkdirSync(tarballs, { recursive: true });
  packInto(tarballs);
  const others = packages.filter(({ integrity }) => integrity !== undefined);
  const kept = join(root, 'node_modules', '.cache', 'sealscribe-tarballs');
  await fetchTarballs(others, kept);
  for (const each of others) cpSync(join(kept, fileOf(each)), join(tarballs, fileOf(each)));

  for (const name of ['install.mjs', 'README.md'])
    cpSync(join(root, 'scripts/airgap', name), join(stage, name));
  cpSync(join(root, 'examples/web-app/dist'), join(stage, 'server/web'), { recursive: true });
  cpSync(join(root, 'docs'), join(stage, 'server/docs'), { recursive: true });
  for (const name of BESIDE) cpSync(join(root, 'examples/self-host', name), join(stage, 'server', name));
  const { licenceReport } = await import('./supply-chain/licences.mjs');
  writeFileSync(join(stage, 'LICENCES.md'), licenceReport());
  const places = packages.map(({ name, version, path }) => ({
    ...{ file: fileOf({ name, version }), path },
    leaveOut: LEAVE_OUT[/** @type {keyof typeof LEAVE_OUT} */ (name)] ?? [],
  }));
  const plan = { machine: MACHINE, commands: COMMANDS, packages: places };
  writeFileSync(join(stage, 'layout.json'), `${JSON.stringify(plan, null, 2)}\n`);
  const files = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath, entry.name)))
    .sort();
  const sums = files.map((file) => `${sha256(join(stage, file))}  ${file}\n`);
  writeFileSync(join(stage, 'SHA256SUMS'), sums.join(''));
}

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

await runScript(async () => {
  buildWebApp();
  buildTypes();
  // Loaded late: a fresh clone does not have it before the build.
  const { parse } = await import('yaml');
  const { version } = JSON.parse(readFileSync(join(root, 'packages/server-reference/package.json'), 'utf8'));
  const name = `sealscribe-${version}-${MACHINE.os}-${MACHINE.cpu}`;
  const out = resolve(process.argv[2] ?? join(root, `${name}.tar`));
  const work = mkdtempSync(join(tmpdir(), 'sealscribe-airgap-'));
  try {
    await fill(join(work, name), parse);
    const same = ['--sort=name', '--format=ustar', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
    const args = [...same, '--mode=u=rwX,go=rX', '-cf', out, '-C', work, name];
    const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar failed: ${stderr}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`${sha256(out)}  ${out}`);
});
