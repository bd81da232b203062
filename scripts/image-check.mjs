// @ts-check
// npm run image:check [-- KEEP]: carries out examples/self-host/Dockerfile without Docker, as root on Debian: its file-system steps in
// folders, from Debian's and npm's packages, and then a container of the image as compose.yaml wants it. KEEP is a folder for the image's
// files. The CUDA stages stand on an image that no registry of packages has: of them the steps are read, and not carried out.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildStage } from './image/build.mjs';
import { Container } from './image/container.mjs';
import { configOf, parseDockerfile } from './image/dockerfile.mjs';
import { tryImage } from './image/try-image.mjs';
import { install, root, runScript, systemPackages } from './setup.mjs';

const FOLDER = join(root, 'examples/self-host');
const NEEDS = { debootstrap: 'debootstrap', bwrap: 'bubblewrap', nsenter: 'util-linux', curl: 'curl' };
const say = (/** @type {string} */ line) => console.log(line);
/** Bytes of files under a folder. @param {string} folder */
const sizeOf = (folder) =>
  Number(spawnSync('du', ['-sb', folder], { encoding: 'utf8' }).stdout.split('\t')[0]);
const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;

await runScript(async () => {
  if (process.getuid?.() !== 0)
    throw new Error('This must be root, for the owners of the files in the image.');
  install();
  const missing = systemPackages(NEEDS);
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(', ')}.`);
  const { parse } = await import('yaml');
  const { services } = parse(readFileSync(join(FOLDER, 'compose.yaml'), 'utf8'));
  const { build, environment, tmpfs } = services.sealscribe;
  const stages = parseDockerfile(readFileSync(join(FOLDER, 'Dockerfile'), 'utf8'));
  const image = configOf(stages, build.target);

  const started = Date.now();
  const work = resolve(process.argv[2] ?? mkdtempSync('/tmp/sealscribe-image-'));
  mkdirSync(work, { recursive: true });
  // The image's user has to come through.
  chmodSync(work, 0o755);
  /** @type {Container | undefined} */
  let container;
  try {
    const rootfs = buildStage(stages, build.target, { context: root, work, say });
    say(
      `image: ${megabytes(sizeOf(rootfs))} uncompressed, of it /app ${megabytes(sizeOf(join(rootfs, 'app')))}`,
    );
    const place = join(work, 'container');
    mkdirSync(place);
    container = new Container(rootfs, image, { work: place, env: environment, tmpfs });
    const writable = [...image.volumes, ...tmpfs.map((/** @type {string} */ entry) => entry.split(':')[0])];
    await tryImage(container, image, { writable, say });
  } finally {
    await container?.remove();
    if (process.argv[2] === undefined) rmSync(work, { recursive: true, force: true });
  }
  say(`image: all kept, ${Math.round((Date.now() - started) / 1000)} s`);
});
