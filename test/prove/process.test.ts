/** How the server's process is closed: to the debugger, to core dumps, to older TLS, to writes elsewhere, to strangers. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import { routes } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe } from 'vitest';
import { childrenOf } from '../e2e/behaviour-processes.js';
import { startServer, type RunningServer } from '../e2e/server-process.js';
import { call, newSession } from '../e2e/server-requests.js';
import { claim } from './claim.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

const noProc = existsSync('/proc/self/limits') ? undefined : 'this system has no /proc';
/** Whether Node's debugger can be spoken to. */
async function debuggerListens(pid: number): Promise<boolean> {
  process.kill(pid, 'SIGUSR1');
  await wait(1500);
  const sockets = new Set(
    spawnSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' }).stdout.match(/(?<=socket:\[)\d+/g),
  );
  // 9229, the port that Node listens on, in state 0A: listening.
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(':240D') && state === '0A');
  return listening.some((fields) => sockets.has(fields[9] ?? ''));
}

const coreLimit = (pid: number) =>
  /^Max core file size\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];

/** Whether a handshake in this version of TLS succeeds. */
const shakesHands = (port: number, version: '1_1' | '1_2' | '1_3'): boolean =>
  spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, `-tls${version}`], {
    input: 'Q\n',
    timeout: 20_000,
  }).status === 0;

describe('the process', () => {
  claim('no-core-dumps', {
    says: 'no process of the server can leave its memory in a core file',
    unless: noProc,
    product: () => {
      const family = [server.pid, ...childrenOf(server.pid)];
      const found = family
        .filter((pid) => coreLimit(pid) !== '0')
        .map((pid) => `${pid} has a limit of ${coreLimit(pid)}`);
      return { tried: `limits of ${family.length} processes`, found };
    },
    control: async () => {
      const child = spawn('prlimit', ['--core=4096:', 'sleep', '20']);
      await wait(300);
      const limit = coreLimit(child.pid ?? 0);
      child.kill();
      return { tried: 'a process with core files', found: limit === '0' ? [] : [`a limit of ${limit}`] };
    },
  });

  claim('no-debugger', {
    says: 'the signal that opens the debugger of Node opens nothing',
    unless: noProc,
    product: async () => {
      const family = [server.pid, ...childrenOf(server.pid)];
      const found: string[] = [];
      for (const pid of family) if (await debuggerListens(pid)) found.push(`process ${pid} listens`);
      return { tried: `SIGUSR1 to ${family.length} processes`, found };
    },
    control: async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      await wait(500);
      const listens = await debuggerListens(child.pid ?? 0);
      child.kill();
      return { tried: 'SIGUSR1 to a program without that', found: listens ? ['it listens'] : [] };
    },
  });

  claim('only-tls-1.3', {
    says: 'no connection is made in a TLS older than 1.3, nor without TLS',
    unless: spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not here',
    product: async () => {
      const port = Number(new URL(server.url).port);
      const versions = ['1_1', '1_2'] as const;
      const found = versions
        .filter((version) => shakesHands(port, version))
        .map((version) => `TLS ${version}`);
      if (!shakesHands(port, '1_3')) throw new Error('not even TLS 1.3 is spoken');
      if (await answersInTheClear(port)) found.push('HTTP without TLS');
      return { tried: 'TLS 1.1, 1.2, 1.3 and none', found };
    },
    control: async () => {
      // A key and certificate of the server itself would do; anonymous ciphers need none.
      const older = createServer({ ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' }).listen(
        0,
        '127.0.0.1',
      );
      await once(older, 'listening');
      const { port } = older.address() as { port: number };
      const child = spawn('openssl', [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-tls1_2',
        '-cipher',
        'aNULL:@SECLEVEL=0',
      ]);
      child.stdin.end('Q\n');
      const [code] = (await once(child, 'exit')) as [number];
      older.close();
      return { tried: 'a server that speaks TLS 1.2', found: code === 0 ? ['TLS 1.2'] : [] };
    },
  });

  claim('nothing-without-permission', {
    says: 'every route that needs a session refuses none, an invented one, and one that has ended',
    product: async () => {
      const ended = await newSession(server.url);
      await call(`${server.url}/v1/sessions/current`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${ended}` },
      });
      const tokens = [undefined, 'invented', 'A'.repeat(43), ended];
      return knock(tokens);
    },
    control: async () => ({
      ...(await knock([await newSession(server.url)])),
      tried: 'the same with a session',
    }),
  });
});

async function answersInTheClear(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined).on('data', (data) => (answer += data.toString('latin1')));
  socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await Promise.race([once(socket, 'close'), wait(3000)]);
  socket.destroy();
  return /^HTTP\/1.1 200/.test(answer);
}

/** Asks every route that needs a session with each token, and tells which let it in. */
async function knock(tokens: readonly (string | undefined)[]) {
  const closed = Object.values(routes).filter(({ auth, path }) => auth && path !== routes.stream.path);
  const found: string[] = [];
  for (const { method, path } of closed)
    for (const token of tokens) {
      const url = server.url + path.replace(/:\w+/g, 'AAAAAAAAAAAAAAAAAAAAAA');
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const { status } = await call(url, { method, headers });
      if (status !== 401) found.push(`${method} ${path} answered ${status}`);
    }
  return { tried: `${closed.length} routes, ${tokens.length} tokens`, found };
}
