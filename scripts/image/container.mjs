// @ts-check
// A container of an image's file system as compose.yaml wants it, made by bubblewrap: the image's user, the root read-only, the volume and
// the named places in memory alone writable, no capability, no network but loopback, the program as process 1.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./dockerfile.mjs').ImageConfig} ImageConfig */

/** The container of one image. */
export class Container {
  #image;
  #child;
  /** @type {string[]} */
  #mounted = [];
  output = '';
  /** @type {Promise<number | null>} */
  ended;

  /**
   * Starts it.
   * @param {string} rootfs @param {ImageConfig} image
   * @param {{ work: string, env: Record<string, string>, tmpfs: string[] }} options `work` is an empty folder; `tmpfs` is as in compose.
   */
  constructor(rootfs, image, { work, env, tmpfs }) {
    this.#image = image;
    const [uid = '', gid = ''] = image.user.split(':');
    // A new volume begins with what the image has in its place, owners and modes included.
    const volumes = image.volumes.flatMap((path) => {
      const volume = join(work, `volume${path.replaceAll('/', '-')}`);
      execFileSync('cp', ['-a', join(rootfs, path), volume]);
      return ['--bind', volume, path];
    });
    const inMemory = tmpfs.flatMap((entry) => {
      const [path = '', options = ''] = entry.split(':');
      const place = join(work, `tmpfs${path.replaceAll('/', '-')}`);
      mkdirSync(place);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=1777,${options}`, 'tmpfs', place]);
      this.#mounted.push(place);
      return ['--bind', place, path];
    });
    const variables = { PATH: '/usr/local/bin:/usr/bin:/bin', ...image.env, ...env };
    this.#child = spawn(
      'setpriv',
      [
        ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'],
        ...[
          'prlimit',
          '--core=0',
          'bwrap',
          '--unshare-all',
          '--as-pid-1',
          '--die-with-parent',
          '--cap-drop',
          'ALL',
        ],
        ...['--ro-bind', rootfs, '/', '--proc', '/proc', '--dev', '/dev', ...volumes, ...inMemory],
        ...['--remount-ro', '/dev', '--chdir', image.workdir, '--clearenv'],
        ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
        ...image.entrypoint,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** The program's own process, on this machine: the only child of bwrap. */
  get pid() {
    const bwrap = this.#child.pid;
    return Number(readFileSync(`/proc/${bwrap}/task/${bwrap}/children`, 'utf8').trim());
  }

  /** Runs a command of the image in it, as its user: `docker exec`. @param {string[]} command */
  exec(command) {
    const [uid, gid] = this.#image.user.split(':');
    const { status, stdout, stderr } = spawnSync(
      'nsenter',
      [
        ...['--target', String(this.pid), '--user', '--mount', '--net', '--pid', '--ipc', '--uts'],
        ...['--setuid', String(uid), '--setgid', String(gid), '--wdns=/', ...command],
      ],
      { encoding: 'utf8', env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...this.#image.env } },
    );
    return { status, output: `${stdout}${stderr}`.trim() };
  }

  /** Asks its port as somebody on its network, with the curl of this machine. @param {string[]} args */
  curl(args) {
    const command = ['--target', String(this.pid), '--net', 'curl', '--silent', '--show-error', '--insecure'];
    const { status, stdout, stderr } = spawnSync('nsenter', [...command, ...args], { encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}`.trim() };
  }

  /** Mounts of its processes that it may write, by the kernel's own list. */
  get writableMounts() {
    const lines = readFileSync(`/proc/${this.pid}/mountinfo`, 'utf8').trim().split('\n');
    return lines.flatMap((line) => {
      const [, , , , path = '', options = ''] = line.split(' ');
      return options.split(',').includes('rw') ? [path] : [];
    });
  }

  /** Tells the program to stop, as `docker stop` does. */
  stop() {
    process.kill(this.pid, 'SIGTERM');
    return this.ended;
  }

  /** Ends it, whatever it does, and takes its places in memory away. */
  async remove() {
    this.#child.kill('SIGKILL');
    await this.ended;
    for (const place of this.#mounted.splice(0)) spawnSync('umount', ['--lazy', place]);
  }
}
