/**
 * Several servers over one PostgreSQL behind a proxy, with the configuration that is shipped: its names and ports are exchanged
 * for those of the test, and nothing else.
 */
import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { has } from '../../scripts/setup.mjs';
import { startServer, type RunningServer } from './server-process.js';
import { call } from './server-requests.js';

const shipped = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/self-host/${name}`, import.meta.url)), 'utf8');

/** Whether the proxies are here. */
export const hasNginx = has('nginx');
export const hasHaproxy = has('haproxy');

/** A server of a cluster, which can be stopped and started again in its place. */
export class Member {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-member-'));
  readonly port: number;
  readonly #database: string;
  readonly #args: readonly string[];
  server!: RunningServer;

  constructor(port: number, database: string, args: readonly string[]) {
    this.port = port;
    this.#database = database;
    this.#args = args;
  }

  async start(): Promise<void> {
    this.server = await startServer({
      dataFolder: this.dataFolder,
      timeout: 300_000,
      env: { SEALSCRIBE_SERVER_DATABASE: this.#database },
      // The last one counts.
      args: ['--port', String(this.port), '--workers', '1', '--trust-proxy', '127.0.0.1', ...this.#args],
    });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    rmSync(this.dataFolder, { recursive: true, force: true });
  }
}

let made: { key: string; cert: string } | undefined;
/** The one certificate of all servers. */
const identity = () => (made ??= makeCertificate(mkdtempSync(join(tmpdir(), 'sealscribe-identity-'))));

/** Starts so many servers over a database. */
export async function startMembers(count: number, database: string, args: string[] = []): Promise<Member[]> {
  const ports = await freePorts(count);
  const secure = ['--cert', identity().cert, '--key', identity().key];
  const members = ports.map((port) => new Member(port, database, [...secure, ...args]));
  await Promise.all(members.map((member) => member.start()));
  return members;
}

/** A proxy in front of them. */
export interface Proxy {
  url: string;
  /** SHA-256 of the certificate that clients see. */
  fingerprint: string;
  stop(): Promise<void>;
}

/** Starts nginx; `change` makes another configuration of the shipped one, `wrapper` runs it under another program. */
export async function startNginx(
  members: readonly Member[],
  {
    change = (text) => text,
    wrapper = [],
  }: { change?: (text: string) => string; wrapper?: readonly string[] } = {},
): Promise<Proxy> {
  const place = await preparePlace();
  const { folder } = place;
  const servers = members.map(({ port }) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`);
  const temporary = [
    ...[`client_body_temp_path ${folder}/body;`, `proxy_temp_path ${folder}/proxy;`],
    ...['fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/rest;`),
  ];
  for (const name of ['body', 'proxy', 'rest']) {
    mkdirSync(join(folder, name));
    // nginx gives its rights away where it has them.
    if (isRoot) chownSync(join(folder, name), 65_534, 65_534);
  }
  const text = shipped('nginx.conf')
    .replace(/( *server 10\.0\.0\.\d:8443 [^\n]*\n)+/, `${servers.join('\n')}\n`)
    .replace('listen 443 ', `listen 127.0.0.1:${place.port} `)
    .replace('/etc/sealscribe/fullchain.pem', place.cert)
    .replace('/etc/sealscribe/privkey.pem', place.key)
    .replace('/etc/sealscribe/server.pem', identity().cert)
    .replace('http {\n', `http {\n${temporary.join('\n')}\n`);
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, change(text));
  const settings = `daemon off; pid ${folder}/pid;${isRoot ? ' user nobody nogroup;' : ''}`;
  return running([...wrapper, 'nginx', '-p', folder, '-c', config, '-g', settings], place);
}

/** Starts HAProxy. */
export async function startHaproxy(members: readonly Member[]): Promise<Proxy> {
  const place = await preparePlace();
  const both = join(place.folder, 'proxy.pem');
  writeFileSync(both, readFileSync(place.cert, 'utf8') + readFileSync(place.key, 'utf8'));
  const servers = members.map(({ port }, i) => `  server number${i} 127.0.0.1:${port}`);
  const text = shipped('haproxy.cfg')
    .replace(/( *server \w+ 10\.0\.0\.\d:8443\n)+/, `${servers.join('\n')}\n`)
    .replace('bind :443 ', `bind 127.0.0.1:${place.port} `)
    .replace('/etc/sealscribe/proxy.pem', both)
    .replace('/etc/sealscribe/server.pem', identity().cert);
  const config = join(place.folder, 'haproxy.cfg');
  writeFileSync(config, text);
  return running(['haproxy', '-db', '-f', config], place);
}

const isRoot = process.getuid?.() === 0;

interface Place {
  folder: string;
  port: number;
  key: string;
  cert: string;
}

async function preparePlace(): Promise<Place> {
  const folder = mkdtempSync('/tmp/sealscribe-proxy-');
  if (isRoot) chownSync(folder, 65_534, 65_534);
  const [port = 0] = await freePorts(1);
  return { folder, port, ...makeCertificate(folder) };
}

/** Runs a proxy and waits until it passes requests on. */
async function running(command: readonly string[], { folder, port, cert }: Place): Promise<Proxy> {
  const url = `https://localhost:${port}`;
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (log += more));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const cleanUp = () => {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  for (const end = Date.now() + 60_000; ;) {
    const answer = await call(`${url}/health`).catch(() => undefined);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || Date.now() > end) {
      cleanUp();
      throw new Error(`The proxy does not answer: ${answer?.status ?? 'nothing'}.\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    fingerprint: new X509Certificate(readFileSync(cert)).fingerprint256,
    async stop() {
      process.off('exit', cleanUp);
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = spawnSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return { key, cert };
}

/** Ports that were free a moment ago: servers of a cluster must be known to the proxy before they start, and come back. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
