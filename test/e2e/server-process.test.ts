// The server as a process: flags, the ready line, TLS, its certificate, cancellation, draining, hardening.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as openHttp2, constants } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countWordErrors } from '../fixtures/wer.js';
import { call, hasServer, JFK, JFK_TEXT, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const jfk = readFileSync(JFK);
const samples = jfk.subarray(jfk.indexOf('data') + 8);
/** Some minutes of speech: more than is transcribed before a test has done its deed. */
const long = Buffer.concat([jfk, ...Array<Buffer>(60).fill(samples)]);
long.writeUInt32LE(0xffffffff, jfk.indexOf('data') + 4);
const until = async (what: () => boolean | Promise<boolean>, ms = 20_000) => {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await what()) return true;
  return false;
};
const childrenOf = (pid: number) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`^PPid:\\t${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'));
      } catch {
        return false;
      }
    })
    .map(Number);
const run = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', timeout: 60_000 });

/** Sends a recording; gives back how to cancel it. */
function sendOverHttp2(url: string, token: string, file: Uint8Array): () => void {
  const session = openHttp2(url, { rejectUnauthorized: false });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/v1/transcribe',
    authorization: `Bearer ${token}`,
    'content-type': 'multipart/form-data; boundary=b',
  });
  stream.on('error', () => undefined);
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
  stream.end(Buffer.concat([Buffer.from(head), file, Buffer.from('\r\n--b--\r\n')]));
  return () => {
    stream.close(constants.NGHTTP2_CANCEL);
    session.close();
  };
}

describe.skipIf(!hasServer)('flags', () => {
  test.each([
    [['--port', 'many']],
    [['--port', '70000']],
    [['--workers', '0']],
    [['--decoder', 'magic']],
    [['--cert', 'only.pem']],
    [['--nonsense']],
  ])('%j is wrong: code 2 and a reason on stderr', (args) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
  });

  test('what cannot be started says why', () => {
    const { status, stderr } = run(
      '--port',
      '0',
      '--data',
      mkdtempSync(join(tmpdir(), 'sealscribe-')),
      '--model',
      '/nowhere',
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is no model "/nowhere"')]);
  });
});

describe.skipIf(!hasServer)('a running server', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer();
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('prints one line of JSON and nothing else on stdout', () => {
    expect(server.stdout()).toMatch(/^\{.*\}\n$/);
    expect(server.ready).toEqual({
      url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      device: 'cpu',
      deviceReason: expect.stringContaining('no cuda: '),
      models: ['moonshine-tiny-en'],
    });
  });

  test('speaks TLS 1.3, with the certificate whose fingerprint it printed, and refuses 1.2', async () => {
    const shake = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<{ protocol: string | null; fingerprint: string; names: string | undefined }>(
        (resolve, reject) => {
          const port = Number(new URL(server.url).port);
          const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion }, () => {
            const { fingerprint256, subjectaltname } = socket.getPeerCertificate();
            resolve({ protocol: socket.getProtocol(), fingerprint: fingerprint256, names: subjectaltname });
            socket.destroy();
          });
          socket.on('error', reject);
        },
      );
    expect(await shake('TLSv1.3')).toEqual({
      protocol: 'TLSv1.3',
      fingerprint: server.fingerprint,
      names: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    });
    await expect(shake('TLSv1.2')).rejects.toThrow(/protocol version/);
  });

  test('keeps key and data to its own user', () => {
    expect(statSync(join(server.dataFolder, 'tls', 'identity.pem')).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(server.dataFolder))
      expect(statSync(join(server.dataFolder, name)).mode & 0o077).toBe(0);
  });

  test.runIf(existsSync('/proc/self/limits'))(
    'and its children write no core dumps and open no debugger',
    async () => {
      const pids = [server.pid, ...childrenOf(server.pid)];
      expect(pids.length).toBeGreaterThan(1);
      for (const pid of pids) {
        expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s+0/m);
        process.kill(pid, 'SIGUSR1');
      }
      const { json } = await transcribe(server.url, token, jfk);
      expect(countWordErrors(JFK_TEXT, json.text).errors).toBe(0);
      expect(server.stderr()).not.toContain('Debugger');
    },
  );

  test.runIf(existsSync('/proc')).each(['HTTP/1.1', 'HTTP/2'])(
    'forgets a transcription whose client goes away (%s)',
    async (protocol) => {
      const idle = childrenOf(server.pid).length;
      const leave = protocol === 'HTTP/2' ? sendOverHttp2(server.url, token, long) : sendOverHttp1();
      expect(await until(() => childrenOf(server.pid).length > idle)).toBe(true);
      leave();
      expect(await until(() => childrenOf(server.pid).length === idle, 5_000)).toBe(true);
    },
  );
  function sendOverHttp1(): () => void {
    const gone = new AbortController();
    transcribe(server.url, token, long, { signal: gone.signal }).catch(() => undefined);
    return () => gone.abort();
  }

  test('lets a short recording pass a long one', async () => {
    const gone = new AbortController();
    let longDone = false;
    const slow = transcribe(server.url, token, long, { signal: gone.signal }).then(
      () => (longDone = true),
      () => undefined,
    );
    const { json } = await transcribe(server.url, token, jfk);
    expect(countWordErrors(JFK_TEXT, json.text).errors).toBe(0);
    expect(longDone).toBe(false);
    gone.abort();
    await slow;
  });

  test('gives pages of other origins nothing unless told to', async () => {
    const answer = await call(`${server.url}/health`, { headers: { origin: 'https://example.com' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe.skipIf(!hasServer)('starting and stopping', () => {
  const data = mkdtempSync(join(tmpdir(), 'sealscribe-process-'));
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test('the certificate stays the same from start to start', async () => {
    const first = await startServer({ dataFolder: data, args: ['--workers', '1'] });
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const second = await startServer({ dataFolder: data, args: ['--workers', '1'] });
    expect(second.fingerprint).toBe(first.fingerprint);
    await second.kill();
  });

  test('SIGTERM lets a running transcription finish, takes no new one, and ends with 0', async () => {
    const server = await startServer({ dataFolder: data, args: ['--workers', '1'] });
    const token = await newSession(server.url);
    const running = transcribe(server.url, token, long.subarray(0, 3 * samples.length));
    await until(() => childrenOf(server.pid).length > 1);
    const stopped = server.stop();
    await until(async () => (await call(`${server.url}/health`)).json.status === 'draining');
    const late = await transcribe(server.url, token, jfk);
    expect(late).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect((await running).json.text).toContain('country');
    expect(await stopped).toEqual({ code: 0, signal: null });
    const wal = statSync(join(data, 'sealscribe.db-wal'), { throwIfNoEntry: false });
    expect(wal?.size ?? 0).toBe(0);
  });

  test('a client that goes away while it sends leaves no byte of room taken', async () => {
    const room = 3 * 1024 ** 2;
    const args = ['--workers', '1', '--max-upload', String(room), '--max-memory', String(room)];
    const server = await startServer({ dataFolder: data, args });
    const token = await newSession(server.url);
    const half =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + 'x'.repeat(room / 2);
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': String(room),
    };
    const leaving = request(`${server.url}/v1/transcribe`, {
      method: 'POST',
      headers,
      rejectUnauthorized: false,
    });
    leaving.on('error', () => undefined);
    leaving.write(half);
    // While it is there, its room is taken.
    const busy = async () => (await transcribe(server.url, token, jfk)).status === 429;
    expect(await until(busy)).toBe(true);
    leaving.destroy();
    expect(await until(async () => !(await busy()))).toBe(true);
    const { status, json } = await transcribe(server.url, token, jfk);
    expect([status, json.code]).toEqual([200, undefined]);
    await server.stop();
  });

  test('what does not finish in time is ended with a clear error, and the server ends all the same', async () => {
    const server = await startServer({ dataFolder: data, args: ['--workers', '1', '--drain', '1'] });
    const token = await newSession(server.url);
    const running = transcribe(server.url, token, long);
    await until(() => childrenOf(server.pid).length > 1);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await running).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  });

  test('plain HTTP only when asked for, and browsers of named origins only', async () => {
    const args = ['--workers', '1', '--insecure-http', '--allow-origin', 'https://app.example.com'];
    const server = await startServer({ dataFolder: data, args });
    expect(server.url).toMatch(/^http:/);
    expect(server.fingerprint).toBe('');
    const preflight = (origin: string) =>
      fetch(`${server.url}/v1/transcribe`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const allowed = await preflight('https://app.example.com');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(
      (await preflight('https://other.example.com')).headers.get('access-control-allow-origin'),
    ).toBeNull();
    await server.stop();
  });
});
