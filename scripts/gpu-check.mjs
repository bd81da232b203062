// @ts-check
// Graphics processors: smoke test, same texts, benchmark, in one call on a machine that has one and no network.
//   node scripts/gpu-check.mjs pack OUT [--webgpu]   gathers what has to travel in parts of at most 60 MB (needs the npm registry)
//   sh OUT/run.sh [flags of check.mjs]               there: joins the parts, unpacks them, runs, prints JSON
//   node scripts/gpu-check.mjs [flags]               here: the same check with what is installed (--device cpu needs no GPU)
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'tsup';
import { sampleRecording } from './demo/recording.mjs';
import { root } from './setup.mjs';

const PART = 60_000_000;
const MODEL = join(root, 'packages/model-moonshine-tiny-en/files');
const SHARED = join(root, '../shared/speech');
// The only CUDA provider in the npm registry is of this version of ONNX Runtime, for CUDA 13; the product runs a later one.
const RUNTIME = 'onnxruntime-node@1.29.0';
const PROVIDER = 'com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9';
/** Clips that travel: about ten minutes of speech. */
const MOST_CLIPS = 20;

/** @param {string} command @param {string[]} args @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options] */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}`);
}

/** The check and our own code in one file; the ONNX runtime stays outside. @param {string} folder */
async function bundle(folder) {
  await build({
    entry: { check: join(root, 'scripts/gpu/check.mjs') },
    outDir: folder,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    noExternal: [/^(?!onnxruntime|node:)/],
    external: ['onnxruntime-node', 'onnxruntime-common'],
    config: false,
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
  });
}

/** Recordings as 16 kHz mono WAV. @param {string} folder */
function gatherClips(folder) {
  mkdirSync(folder);
  const shared = existsSync(SHARED)
    ? readdirSync(SHARED)
        .filter((name) => /\.(wav|flac|mp3)$/.test(name))
        .sort()
    : [];
  const files =
    shared.length > 0
      ? shared.slice(0, MOST_CLIPS).map((name) => join(SHARED, name))
      : [sampleRecording().path];
  for (const [index, file] of files.entries())
    run('ffmpeg', [
      '-nostdin',
      '-loglevel',
      'error',
      '-i',
      file,
      '-t',
      '60',
      '-ac',
      '1',
      '-ar',
      '16000',
      '-c:a',
      'pcm_s16le',
      join(folder, `${String(index).padStart(2, '0')}.wav`),
    ]);
}

/** The runtime for Node, with CUDA's two libraries beside its own. @param {string} folder @param {boolean} cuda */
function installRuntime(folder, cuda) {
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, RUNTIME], {
    env,
  });
  const bin = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6');
  // What no machine of this kind loads stays here.
  for (const platform of readdirSync(bin))
    if (platform !== 'linux') rmSync(join(bin, platform), { recursive: true });
  rmSync(join(bin, 'linux/arm64'), { recursive: true, force: true });
  if (!cuda) return;
  const unpacked = mkdtempSync(join(tmpdir(), 'sealscribe-cuda-'));
  run('npm', ['pack', '--silent', PROVIDER], { cwd: unpacked });
  const archive = readdirSync(unpacked).find((name) => name.endsWith('.tgz')) ?? '';
  run('tar', ['xzf', archive], { cwd: unpacked });
  const libraries = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /libonnxruntime_providers_(cuda|shared)\.so$/.test(name),
  );
  if (libraries.length !== 2) throw new Error(`${PROVIDER} holds other libraries than expected`);
  for (const name of libraries)
    cpSync(join(unpacked, name), join(bin, 'linux/x64', name.slice(name.lastIndexOf('/') + 1)));
  rmSync(unpacked, { recursive: true });
}

/** Cuts a file into parts. @param {string} file @param {string} folder @returns {number} */
function cut(file, folder) {
  const source = openSync(file, 'r');
  const buffer = Buffer.alloc(PART);
  let parts = 0;
  for (;;) {
    let length = 0;
    for (let count = 1; count > 0 && length < PART; length += count)
      count = readSync(source, buffer, length, PART - length, null);
    if (length === 0) break;
    writeFileSync(join(folder, `part-${String(parts++).padStart(2, '0')}`), buffer.subarray(0, length));
  }
  closeSync(source);
  return parts;
}

/** @param {string} out @param {boolean} cuda */
async function pack(out, cuda) {
  if (existsSync(out) && readdirSync(out).length > 0) throw new Error(`${out} is not empty`);
  const work = mkdtempSync(join(tmpdir(), 'sealscribe-gpu-'));
  try {
    const folder = join(work, 'gpu-check');
    mkdirSync(folder);
    await bundle(folder);
    cpSync(MODEL, join(folder, 'model'), { recursive: true });
    gatherClips(join(folder, 'clips'));
    installRuntime(folder, cuda);
    // Machines lent for an hour often have no Node.
    cpSync(process.execPath, join(folder, 'node'));
    const archive = join(work, 'all.tar.gz');
    run('tar', ['-C', work, '-c', '-z', '-f', archive, 'gpu-check']);
    mkdirSync(out, { recursive: true });
    const parts = cut(archive, out);
    writeFileSync(
      join(out, 'run.sh'),
      `#!/bin/sh
# Joins the parts, unpacks them beside, and runs the check with the Node that came along. Flags go to check.mjs.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=\${SEALSCRIBE_GPU_WORK:-$here}
[ -d "$work/gpu-check" ] || cat "$here"/part-* | tar -x -z -C "$work"
for lib in /usr/local/cuda/lib64 /usr/local/nvidia/lib64; do
  [ -d "$lib" ] && LD_LIBRARY_PATH="$lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "$work/gpu-check/node" "$work/gpu-check/check.mjs" "$@"
`,
    );
    console.log(JSON.stringify({ out, parts, largestPart: PART }));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** With what is installed here. @param {string[]} flags */
async function runHere(flags) {
  const work = mkdtempSync(join(root, 'packages/server-reference/node_modules/.gpu-check-'));
  try {
    await bundle(work);
    if (!flags.includes('--clips')) gatherClips(join(work, 'clips'));
    if (!flags.includes('--model')) cpSync(MODEL, join(work, 'model'), { recursive: true });
    process.exitCode =
      spawnSync(process.execPath, [join(work, 'check.mjs'), ...flags], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(work, { recursive: true });
  }
}

const [mode, out, ...rest] = process.argv.slice(2);
try {
  if (mode === 'pack') {
    if (out === undefined || rest.some((flag) => flag !== '--webgpu'))
      throw new TypeError('Usage: gpu-check.mjs pack OUT [--webgpu]');
    await pack(resolve(out), !rest.includes('--webgpu'));
  } else {
    await runHere(process.argv.slice(2));
  }
} catch (error) {
  console.error(`gpu check: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 2;
}
