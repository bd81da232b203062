/**
 * The files of examples/self-host: what they name exists, the systemd unit is as closed as promised, the server in the bubblewrap
 * sandbox transcribes and can write its data folder alone, and a backup of a running server is a server's data folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '@sealscribe/protocol';
import { Sealscribe } from '@sealscribe/sdk-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareWords } from '../../scripts/demo/recording.mjs';
import { has } from '../../scripts/setup.mjs';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import { JFK, JFK_TEXT, call, newSession, transcribe } from './server-requests.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'examples/self-host');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const dockerfile = read('Dockerfile');
const main = join(root, 'packages/server-reference/dist/main.js');
/** Seconds that a stopping server may take, and some more. */
const GRACE = 35;

/** Environment variables that the server takes. */
const settings = new Set(
  execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).match(/SEALSCRIBE_\w+/g),
);
const settingsIn = (text: string) => text.match(/SEALSCRIBE_SERVER_[A-Z_]*[A-Z]/g) ?? [];

/* eslint-disable @typescript-eslint/no-explicit-any -- documents of other programs */
function readYaml(name: string): any[] {
  const script = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))';
  const output = execFileSync('/usr/bin/python3', ['-c', script], { input: read(name), encoding: 'utf8' });
  return JSON.parse(output) as any[];
}

describe('image', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const nameOf = (stage: string) => / AS (\S+)/.exec(stage)?.[1] ?? '';

  test('base images have a tag, and stages copy from what is there', () => {
    const tags = new Map([...dockerfile.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, tag]) => [name, tag]));
    const known: string[] = [];
    for (const stage of stages) {
      const base = /^\S+/.exec(stage)?.[0].replace(/\$\{(\w+)\}/g, (_, name: string) => tags.get(name) ?? '');
      if (!known.includes(base ?? '')) expect(base).toMatch(/^[\w/]+:\d[\w.-]+$/);
      for (const [, from] of stage.matchAll(/^COPY --from=(\S+)/gm)) expect(known).toContain(from);
      known.push(nameOf(stage));
    }
    expect(known).toEqual(['build', 'build-cuda', 'cuda', 'cpu']);
  });

  test('what the steps name exists in the repository', () => {
    const paths = dockerfile.match(/\b(?:scripts|examples)\/[\w./-]+\.mjs/g) ?? [];
    expect(paths).toHaveLength(3);
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
    const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      packageManager: string;
    };
    expect(dockerfile).toContain(`npx -y ${packageManager} `);
  });

  test.each(['cuda', 'cpu'])('%s runs without root, with settings that the server has', (name) => {
    const stage = stages.find((text) => nameOf(text) === name) ?? '';
    expect(stage).toMatch(/\nUSER [1-9]\d*:[1-9]\d*\n/);
    expect(stage).toMatch(/\nHEALTHCHECK .*"\/app\/healthcheck\.mjs"/);
    expect(stage).not.toMatch(/^(RUN|COPY)\b(?=[^]*^USER)[^]*^USER[^]*^(RUN|COPY)\b/m);
    for (const setting of settingsIn(stage)) expect(settings).toContain(setting);
  });
});

describe.skipIf(!has('python3:yaml'))('compose and Kubernetes', () => {
  test('compose.yaml builds what is there and closes what is not needed', () => {
    const [{ services, volumes, networks }] = readYaml('compose.yaml');
    const server = services.sealscribe;
    const context = join(folder, server.build.context);
    expect(existsSync(join(context, server.build.dockerfile))).toBe(true);
    expect(dockerfile).toContain(` AS ${server.build.target}\n`);
    const [{ services: cuda }] = readYaml('compose.cuda.yaml');
    expect(dockerfile).toContain(` AS ${cuda.sealscribe.build.target}\n`);
    for (const setting of Object.keys({ ...server.environment, ...cuda.sealscribe.environment }))
      expect(settings).toContain(setting);
    expect(server).toMatchObject({ read_only: true, cap_drop: ['ALL'], ulimits: { core: 0 } });
    expect(server.mem_limit).toBe(server.memswap_limit);
    expect(server.security_opt).toContain('no-new-privileges:true');
    expect(server.ports[0]).toMatch(/:8443$/);
    expect(parseInt(server.stop_grace_period)).toBeGreaterThan(GRACE);
    for (const volume of server.volumes) expect(volumes).toHaveProperty(volume.split(':')[0]);
    for (const network of server.networks) expect(networks).toHaveProperty(network);
  });

  test('kubernetes.yaml asks a real route, lets nothing out, and its parts find each other', () => {
    const documents = readYaml('kubernetes.yaml');
    const of = (kind: string) => documents.find((document) => document.kind === kind);
    const pod = of('Deployment').spec.template;
    const [server] = pod.spec.containers;
    const ports = new Map(server.ports.map((port: any) => [port.name, port.containerPort]));
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      const { path, port, scheme } = server[probe].httpGet;
      expect([path, ports.get(port), scheme]).toEqual([routes.health.path, 8443, 'HTTPS']);
    }
    for (const { name } of server.env) expect(settings).toContain(name);
    for (const selector of [
      of('Deployment').spec.selector.matchLabels,
      of('Service').spec.selector,
      of('NetworkPolicy').spec.podSelector.matchLabels,
    ])
      expect(pod.metadata.labels).toEqual(selector);
    expect([...ports.keys()]).toContain(of('Service').spec.ports[0].targetPort);
    expect(of('NetworkPolicy').spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [],
      ingress: [{ ports: [{ port: 8443 }] }],
    });
    const claims = pod.spec.volumes.flatMap((volume: any) => volume.persistentVolumeClaim?.claimName ?? []);
    expect(claims).toEqual([of('PersistentVolumeClaim').metadata.name]);
    expect(server.volumeMounts.map((mount: any) => mount.name)).toEqual(
      pod.spec.volumes.map((volume: any) => volume.name),
    );
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(GRACE);
    expect(server.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
  });
});
/* eslint-enable @typescript-eslint/no-explicit-any */

test.skipIf(!has('systemd-analyze'))('the systemd unit scores at most 2.0, and keeps what Node needs', () => {
  const unit = join(folder, 'sealscribe.service');
  const analyse = (...args: string[]) =>
    spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', ...args], { encoding: 'utf8' });
  const { stdout, stderr } = analyse(unit);
  // A setting that it does not know would be passed over with a warning.
  expect(stderr).toBe('');
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  expect(read('sealscribe.service')).not.toMatch(/^MemoryDenyWriteExecute/m);
});

test.skipIf(!has('systemd-analyze'))('systemd finds nothing wrong with the unit', () => {
  const place = mkdtempSync(join(tmpdir(), 'sealscribe-unit-'));
  const unit = join(place, 'sealscribe.service');
  // The programs of this machine in the place of those of an installed one, which would be missed.
  writeFileSync(
    unit,
    read('sealscribe.service').replace(/^ExecStart=\S+ \S+/m, `ExecStart=${process.execPath} ${main}`),
  );
  const verify = () => spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect(verify()).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(unit, `${readFileSync(unit, 'utf8')}\n[Service]\nProtectEverything=yes\n`);
  expect(verify().stderr).toContain('ProtectEverything');
  rmSync(place, { recursive: true });
});

test('settings in the unit and in the documentation are those of the server', () => {
  for (const text of [read('sealscribe.service'), readFileSync(join(root, 'docs/self-hosting.md'), 'utf8')])
    for (const setting of settingsIn(text)) expect(settings).toContain(setting);
});

test('every flag of the server stands in the documentation', () => {
  const help = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
  const flags = new Set(help.match(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm));
  expect(flags.size).toBeGreaterThan(40);
  const guide = readFileSync(join(root, 'docs/self-hosting.md'), 'utf8');
  const missing = [...flags].filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(guide));
  expect(missing).toEqual(['--version']);
});

/** bubblewrap starts as nobody where the tests are root's, because the sandbox refuses root. */
const nobody =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const [program = 'bwrap', ...before] = [...nobody, 'bwrap'];
const hasSandbox =
  has('bwrap') &&
  spawnSync(program, [...before, '--unshare-all', '--ro-bind', '/', '/', 'test', '-r', main]).status === 0;

describe.skipIf(!hasSandbox)('in the sandbox', () => {
  // Not in the tests' own temporary folder, which only who runs them can enter.
  const data = mkdtempSync('/tmp/sealscribe-sandbox-');
  const elsewhere = mkdtempSync('/tmp/sealscribe-elsewhere-');
  const wrapper = [...nobody, join(folder, 'sandbox.sh'), data];
  let server: RunningServer;

  beforeAll(async () => {
    if (nobody.length > 0) chownSync(data, 65534, 65534);
    writeFileSync(join(elsewhere, 'canary'), 'CANARY', { mode: 0o644 });
    server = await startServer({ dataFolder: data, wrapper, args: ['--workers', '1'] });
  });
  afterAll(async () => {
    await server?.stop();
    for (const made of [data, elsewhere]) rmSync(made, { recursive: true, force: true });
  });

  /** The server's own process: the only child of bwrap, which is the only one of the script. */
  const serverProcess = () =>
    [1, 2].reduce(
      (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()),
      server.pid,
    );

  test('a recording is transcribed, with ffmpeg where there is one', async () => {
    const answer = await transcribe(server.url, await newSession(server.url), readFileSync(JFK));
    expect(answer.status).toBe(200);
    expect(bareWords(answer.json.text as string)).toBe(bareWords(JFK_TEXT));
    const health = await call(`${server.url}${routes.health.path}`);
    expect(health.json.decoder).toBe(has('ffmpeg') ? 'ffmpeg' : 'builtin');
  });

  test('the only mounts that the server can write are its data folder, and devices without content', () => {
    const mounts = readFileSync(`/proc/${serverProcess()}/mountinfo`, 'utf8').trim().split('\n');
    const writable = mounts.flatMap((line) => {
      const [, , , , path = '', options = ''] = line.split(' ');
      return options.split(',').includes('rw') ? [path] : [];
    });
    const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'pts', 'console'];
    expect(writable).toContain(data);
    const allowed = ['/proc', data, ...devices.map((name) => `/dev/${name}`)];
    expect(writable.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test('its world holds no file of the machine: neither homes nor settings nor other temporary files', () => {
    const world = `/proc/${serverProcess()}/root`;
    expect(existsSync(join(world, main))).toBe(true);
    const canary = join(elsewhere, 'canary');
    const needed = [data, main, process.execPath].map((path) => path.split('/')[1]);
    const system = ['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'usr'];
    expect(readdirSync(world).sort()).toEqual([...new Set([...system, ...needed])].sort());
    expect(readdirSync(join(world, 'etc')).sort()).toEqual(['alternatives', 'ld.so.cache']);
    expect([existsSync(canary), existsSync(join(world, canary))]).toEqual([true, false]);
  });

  test('a command in the same world fails to write anywhere else, and does not see other processes', () => {
    const places = ['/', '/usr', '/tmp', '/etc', '/dev', '/dev/shm', '/proc/sys/kernel', dirname(main)];
    const attempts = [...places, data].map(
      (place) => `(: > ${place}/written) 2>/dev/null && echo ${place}; rm -f ${place}/written 2>/dev/null`,
    );
    const script = `${attempts.join('\n')}\necho processes: /proc/[0-9]*`;
    const [command = '', ...args] = [...wrapper, 'sh', '-c', script];
    const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual([data, 'processes: /proc/1']);
  });

  test('neither root nor a folder without a server gets one', () => {
    const start = (command: string[], app: string) =>
      spawnSync(command[0] ?? '', [...command.slice(1), 'uname'], {
        env: { ...process.env, SEALSCRIBE_APP: app },
        encoding: 'utf8',
      });
    expect(start(wrapper, root)).toMatchObject({ status: 0 });
    expect(start(wrapper, tmpdir()).stderr).toContain('no built server');
    if (nobody.length > 0) expect(start(wrapper.slice(nobody.length), root).stderr).toContain('not as root');
  });

  test('told to stop, the server stops by itself', async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.stderr()).toContain('"stopping"');
    // Closed in order: nothing is left in the log of the store.
    expect(statSync(join(data, 'sealscribe.db-wal')).size).toBe(0);
  });
});

test('a backup of a running server is a data folder: everybody is in it, with the same certificate', async () => {
  const backup = join(mkdtempSync(join(tmpdir(), 'sealscribe-backup-')), 'copy');
  const server = await startServer({ args: ['--workers', '1'] });
  let restored: RunningServer | undefined;
  try {
    const person = { email: 'backup@example.com', password: 'correct horse battery staple' };
    const connect = (to: RunningServer) =>
      new Sealscribe({ server: to.url, fingerprint: server.fingerprint });
    const client = connect(server);
    await client.signUp(person);
    const vault = await client.unlock(person);
    const { id } = await vault.save(transcriptOf('before the copy'));
    const copy = (to = backup) =>
      spawnSync(process.execPath, [join(folder, 'backup.mjs'), server.dataFolder, to], { encoding: 'utf8' });
    expect(copy()).toMatchObject({ status: 0, stderr: '' });
    // Never over an older one.
    expect(copy().status).toBe(2);
    await vault.save(transcriptOf('after the copy'));

    // Also of a server that was killed, whose log only the next one may empty.
    await server.kill();
    const size = () => statSync(join(server.dataFolder, 'sealscribe.db-wal')).size;
    const before = size();
    expect(before).toBeGreaterThan(0);
    expect(copy(`${backup}-later`).status).toBe(0);
    expect(size()).toBe(before);

    restored = await startServer({ dataFolder: backup, args: ['--workers', '1'] });
    const opened = await connect(restored).unlock(person);
    expect((await opened.list()).map((entry) => entry.id)).toEqual([id]);
  } finally {
    await restored?.stop();
    await server.stop();
    rmSync(dirname(backup), { recursive: true, force: true });
  }
});

test('the check of the image knows a server that answers from one that does not', async () => {
  const check = (port: string) =>
    spawnSync(process.execPath, [join(folder, 'healthcheck.mjs')], {
      env: { ...process.env, SEALSCRIBE_SERVER_PORT: port },
    }).status;
  const server = await startServer({ args: ['--workers', '1'] });
  const { port } = new URL(server.url);
  expect(check(port)).toBe(0);
  await server.stop();
  expect(check(port)).toBe(1);
});
