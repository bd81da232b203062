// The server's processes: recognisers and decoders that are replaced while nothing is lost, an environment that would open them, and the
// numbers that they give about themselves.
import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '@sealscribe/protocol';
import { countWordErrors } from '../fixtures/wer.js';
import { childrenOf, childrenRunning, hasProc, until } from './behaviour-processes.js';
import { exchange, requestOf } from './raw-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, JFK, JFK_TEXT, newSession, transcribe } from './server-requests.js';
import { jfkSamples, Stream } from './stream-requests.js';

const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const jfk = readFileSync(JFK);

/** Numbers by name and labels. */
async function metricsOf({ ready }: RunningServer): Promise<Map<string, number>> {
  const { metrics } = ready as unknown as { metrics: string };
  const answer = await fetch(metrics);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/plain'),
  ]);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
/** Recognisers of a server: its children that were started with that script. */
const recognisersOf = (pid: number): number[] => childrenRunning(pid, 'recognizer-process');

describe.skipIf(!hasProc)('a server whose recognisers are replaced after five jobs', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--recycle-jobs', '5', '--metrics', '0'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('loses nothing under load: recordings, events and a live stream are all whole', async () => {
    const seen = new Set<number>(recognisersOf(server.pid));
    const decoders = new Set<number>();
    const watching = setInterval(() => {
      for (const child of recognisersOf(server.pid)) seen.add(child);
      for (const child of childrenOf(server.pid)) decoders.add(child);
    }, 20);
    const live = async () => {
      const stream = new Stream(server.url, { token });
      await stream.opened;
      await stream.speak(jfkSamples, 8);
      stream.send(new Uint8Array(0));
      await stream.closed;
      return stream.messages.at(-1)?.text ?? '';
    };
    const texts = await Promise.all([
      live(),
      ...Array.from(
        { length: 8 },
        async () => (await transcribe(server.url, token, jfk)).json.text as string,
      ),
    ]);
    clearInterval(watching);
    for (const text of texts) expect(countWordErrors(JFK_TEXT, text).errors).toBeLessThanOrEqual(1);
    const ends = async () =>
      (await metricsOf(server)).get('sealscribe_recogniser_ends_total{reason="jobs"}') ?? 0;
    for (let more = 0; more < 20 && (await ends()) < 2; more++)
      expect((await transcribe(server.url, token, jfk)).status).toBe(200);
    for (const child of recognisersOf(server.pid)) seen.add(child);
    expect(seen.size).toBeGreaterThanOrEqual(2);
    // Decoders are processes of one recording each.
    for (const pid of seen) decoders.delete(pid);
    expect(decoders.size).toBeGreaterThanOrEqual(8);
    expect(
      await until(() => recognisersOf(server.pid).length === 1 && childrenOf(server.pid).length === 1),
    ).toBe(true);
    const figures = await metricsOf(server);
    expect(figures.get('sealscribe_recogniser_ends_total{reason="jobs"}')).toBeGreaterThanOrEqual(2);
    expect(figures.get('sealscribe_recogniser_ends_total{reason="died"}')).toBe(0);
    for (const kind of ['vad', 'recognize'])
      for (const outcome of ['died', 'refused'])
        expect(figures.get(`sealscribe_recogniser_jobs_total{kind="${kind}",outcome="${outcome}"}`)).toBe(0);
    expect(
      figures.get('sealscribe_recogniser_jobs_total{kind="recognize",outcome="done"}'),
    ).toBeGreaterThanOrEqual(9);
    expect(server.stderr()).not.toMatch(/"level":(50|60)/);
  });

  test('gives the numbers that an operator asks for', async () => {
    const figures = await metricsOf(server);
    const names = new Set([...figures.keys()].map((key) => key.replace(/\{.*/, '')));
    for (const name of [
      ...['requests_total', 'request_seconds_count', 'transcriptions_running', 'transcriptions_waiting'],
      ...[
        'transcription_places',
        'recording_bytes',
        'uploads_open',
        'streams_open',
        'stream_places',
        'stored_bytes',
      ],
      ...[
        'recogniser_jobs_total',
        'recogniser_seconds_total',
        'recogniser_ends_total',
        'recogniser_processes',
      ],
      ...['jobs', 'jobs_total', 'queue_seconds', 'upload_bytes', 'webhook_tries_total', 'webhooks_held'],
      ...[
        'recogniser_reachable',
        'recogniser_jobs_waiting',
        'memory_bytes',
        'cpu_seconds_total',
        'event_loop_delay_seconds',
      ],
    ])
      expect([...names]).toContain(`sealscribe_${name}`);
    const { status, headers } = await call(`${server.url}/metrics`);
    expect([status, headers['x-request-id']]).toEqual([404, expect.any(String)]);
  });

  test('no label is from a client, and a thousand paths make no more of them', async () => {
    const canary = () => `canary${randomBytes(6).toString('hex')}`;
    const before = [...(await metricsOf(server)).keys()].length;
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'SEARCH', 'HEAD'];
    const paths = ['', 'v1/blobs/', 'v1/transcripts/', 'v1/uploads/', 's/', 'v1/shared/', 'v1/'];
    const lines = Array.from({ length: 1000 }, (_, i) =>
      requestOf(
        `${methods[i % methods.length]} /${paths[i % paths.length]}${canary()}?${canary()}=1 HTTP/1.1`,
        [
          ...[
            `user-agent: ${canary()}`,
            `x-forwarded-for: ${canary()}`,
            `referer: ${canary()}`,
            `cookie: ${canary()}=1`,
          ],
          ...(i % 3 === 0 ? [`authorization: Bearer ${canary()}`] : []),
          'content-length: 0',
        ],
      ),
    );
    for (let at = 0; at < lines.length; at += 100) {
      const heard = await exchange(server.url, lines.slice(at, at + 100).join(''), 100, 3000);
      expect(heard.statuses.length).toBeGreaterThan(90);
    }
    await exchange(server.url, `${canary()}\r\n\r\n`);
    const figures = await metricsOf(server);
    const allowed: Record<string, RegExp | Set<string>> = {
      route: new Set([...Object.values(routes).map(({ path }) => path), 'web', 'unknown']),
      method: new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other']),
      status: /^([2-5]\d\d|gone)$/,
      le: /^([\d.]+|\+Inf)$/,
      kind: /^(vad|recognize|voice|speakers)$/,
      outcome: /^(done|refused|died|failed|cancelled|taken|postponed|given_up)$/,
      state: /^(queued|running)$/,
      reason: /^(jobs|age|memory|died)$/,
      process: /^(server|recognisers)$/,
    };
    for (const key of figures.keys())
      for (const [, label = '', value = ''] of key.matchAll(/(\w+)="([^"]*)"/g)) {
        const known = allowed[label];
        expect([key, known instanceof Set ? known.has(value) : known?.test(value)]).toEqual([key, true]);
      }
    expect([...figures.keys()].join('\n')).not.toContain('canary');
    // Patterns × methods × statuses that these can have, and no more.
    expect(figures.size - before).toBeLessThan(200);
    expect(
      await until(async () => ((await metricsOf(server)).get('sealscribe_uploads_open') ?? 1) === 0),
    ).toBe(true);
  });
});

test.skipIf(!hasProc)(
  'recognisers are replaced for their age and their growth too, without a job',
  async () => {
    for (const [flags, reason] of [
      [['--recycle-seconds', '3'], 'age'],
      [['--recycle-memory', '10000000'], 'memory'],
    ] as const) {
      const server = await startServer({ args: ['--workers', '1', '--metrics', '0', ...flags] });
      const [first] = recognisersOf(server.pid);
      const token = await newSession(server.url);
      expect((await transcribe(server.url, token, jfk)).status).toBe(200);
      expect(await until(() => !recognisersOf(server.pid).includes(first ?? 0))).toBe(true);
      expect((await transcribe(server.url, token, jfk)).status).toBe(200);
      expect(
        (await metricsOf(server)).get(`sealscribe_recogniser_ends_total{reason="${reason}"}`),
      ).toBeGreaterThan(0);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    }
  },
);

describe('an environment that would open the server', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'sealscribe-environment-'));
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));
  const start = (env: Record<string, string>, flags: string[] = []) =>
    spawnSync(process.execPath, [...flags, MAIN, '--port', '0', '--data', '/nowhere'], {
      env: { PATH: process.env['PATH'], ...env },
      // What Node writes of its own accord at the end goes here.
      cwd: elsewhere,
      encoding: 'utf8',
      timeout: 60_000,
    });

  test.each([
    ['NODE_OPTIONS', '--inspect=0'],
    ['NODE_OPTIONS', '--max-old-space-size=500 --require /dev/null'],
    ['NODE_OPTIONS', '--import=data:text/javascript,'],
    ['NODE_OPTIONS', '--heapsnapshot-signal=SIGUSR2'],
    ['NODE_OPTIONS', '--report-on-signal'],
    ['NODE_OPTIONS', '--tls-keylog=/tmp/keys'],
    ['NODE_OPTIONS', '--insecure-http-parser'],
    ['NODE_OPTIONS', '--abort-on-uncaught-exception'],
    ['NODE_DEBUG', 'http'],
    ['NODE_V8_COVERAGE', '/tmp/sealscribe-coverage'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['OPENSSL_CONF', '/dev/null'],
    ['SSLKEYLOGFILE', '/tmp/keys'],
  ])('%s=%s: refused with code 2, and said why', (name, value) => {
    const { status, stdout, stderr } = start({ [name]: value });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`sealscribe-server: ${name} .*which`));
    expect(existsSync('/tmp/keys')).toBe(false);
  });

  test.each([
    ['--inspect=0'],
    ['--report-on-fatalerror'],
    ['--heap-prof'],
    ['--cpu-prof'],
    ['--trace-event-categories=node'],
  ])('started with %s: refused', (flag) => {
    const { status, stderr } = start({}, [flag]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('which is not for a server')]);
    spawnSync('rm', ['-f', ...['cpuprofile', 'heapprofile'].map((end) => `*.${end}`)]);
  });

  test('a harmless one is taken, and children get nothing of it', async () => {
    const secret = `canary${randomBytes(8).toString('hex')}`;
    const env = { NODE_OPTIONS: '--max-old-space-size=2048', AWS_SECRET_ACCESS_KEY: secret, DEBUG: '*' };
    const server = await startServer({ env, args: ['--workers', '1'] });
    try {
      expect(server.stderr()).not.toContain(secret);
      for (const child of hasProc ? childrenOf(server.pid) : []) {
        const names = readFileSync(`/proc/${child}/environ`, 'utf8')
          .split('\0')
          .filter((each) => each !== '');
        const allowed =
          /^(PATH|MALLOC_\w+|ORT_DISABLE_TELEMETRY|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|VK_\w+)=/;
        expect(names.filter((each) => !allowed.test(each))).toEqual([]);
      }
    } finally {
      await server.stop();
    }
  });
});
