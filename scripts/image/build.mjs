// @ts-check
// Carries out the file-system steps of a Dockerfile without Docker: stages are folders, RUN is a shell under bubblewrap in them, as
// root and with the network of this machine. Needs root, for the owners of files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeBase } from './base.mjs';
import { copyContext } from './context.mjs';
import { configOf, copyOf } from './dockerfile.mjs';

/** @typedef {import('./dockerfile.mjs').Stage} Stage */
/** @typedef {import('./dockerfile.mjs').Step} Step */

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @param {string} program @param {string[]} args */
function must(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}${stderr}`.slice(-20_000));
}

/** What RUN needs of this machine to reach the registries, outside of the image: it leaves nothing in it. */
function registryAccess() {
  const npmrc = join(process.env['HOME'] ?? '/root', '.npmrc');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  return [
    ...['--tmpfs', '/run', '--ro-bind', '/etc/resolv.conf', '/etc/resolv.conf'],
    ...(existsSync(npmrc)
      ? ['--ro-bind', npmrc, '/run/host/npmrc', '--setenv', 'NPM_CONFIG_USERCONFIG', '/run/host/npmrc']
      : []),
    ...(existsSync(certificates)
      ? ['--ro-bind', certificates, '/run/host/ca.pem', '--setenv', 'NODE_EXTRA_CA_CERTS', '/run/host/ca.pem']
      : []),
  ];
}

/** @param {string} rootfs @param {Step} step @param {string} workdir @param {Record<string, string>} env */
function runIn(rootfs, step, workdir, env) {
  const variables = Object.entries({ PATH, HOME: '/root', ...env });
  must('bwrap', [
    ...['--bind', rootfs, '/', '--proc', '/proc', '--dev', '/dev', '--unshare-pid', '--die-with-parent'],
    ...['--cap-add', 'ALL', '--clearenv', '--chdir', workdir],
    ...variables.flatMap(([name, value]) => ['--setenv', name, value]),
    ...registryAccess(),
    ...['/bin/sh', '-c', step.value],
  ]);
}

/** Docker's COPY: the content of a folder into a folder, a file to a path, owned by root. @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const folder = statSync(from).isDirectory();
  if (folder) mkdirSync(to, { recursive: true });
  must('cp', ['-r', '--no-dereference', '--preserve=mode,timestamps,links', folder ? `${from}/.` : from, to]);
}

/**
 * Makes the file system of a stage, and of those that it needs.
 * @param {Stage[]} stages @param {string} name @param {{ context: string, work: string, say: (line: string) => void }} options
 * `work` is an empty folder: each stage becomes a folder in it.
 * @returns {string} The folder that is the root of the image.
 * @throws {Error} when a step fails, with what it printed.
 */
export function buildStage(stages, name, { context, work, say }) {
  const rootfs = join(work, name.replace(/\W/g, '-'));
  if (existsSync(rootfs)) return rootfs;
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined) {
    timed(say, `FROM ${name}`, () => makeBase(name, rootfs));
    return rootfs;
  }
  const base = buildStage(stages, stage.base, { context, work, say });
  const needed = stage.steps.flatMap((step) =>
    step.instruction === 'COPY' ? (copyOf(step).from ?? []) : [],
  );
  for (const each of needed) buildStage(stages, each, { context, work, say });
  must('cp', ['-a', base, rootfs]);
  const steps = [...stage.steps];
  while (steps.length > 0) {
    const step = /** @type {Step} */ (steps.shift());
    // What the steps until here have said.
    const done = stage.steps.slice(0, stage.steps.length - steps.length);
    const { workdir, env, user } = configOf(
      [...stages.filter((one) => one !== stage), { ...stage, steps: done }],
      name,
    );
    if (step.instruction === 'WORKDIR') mkdirSync(join(rootfs, workdir), { recursive: true });
    if (['COPY', 'RUN'].includes(step.instruction) && user !== '0:0')
      throw new Error(`Dockerfile, line ${step.line}: only root's steps can be carried out here.`);
    if (step.instruction === 'RUN')
      timed(say, `[${name}] RUN ${step.value}`, () => runIn(rootfs, step, workdir, env));
    if (step.instruction === 'COPY')
      timed(say, `[${name}] COPY ${step.value}`, () => {
        const { from, source, target } = copyOf(step);
        const to = join(rootfs, resolve(workdir, target), target.endsWith('/') ? basename(source) : '');
        if (from !== undefined) return copy(join(work, from, source), to);
        if (source !== '.') return copy(join(context, source), to);
        copyContext(context, to);
        return must('chown', ['-R', '0:0', to]);
      });
  }
  // Docker lays its own over it.
  rmSync(join(rootfs, 'etc/resolv.conf'), { force: true });
  return rootfs;
}

/** @param {(line: string) => void} say @param {string} what @param {() => string | void} work */
function timed(say, what, work) {
  const started = performance.now();
  const remark = work();
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  say(`${seconds} s  ${what.replace(/\s+/g, ' ')}${remark ? `: ${remark}` : ''}`);
}
