/**
 * `sealscribe-server --web DIR`: what the pages may do, what is cached, and that no path leads out of the folder. Asked over raw
 * sockets where a client would tidy the path up first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { Agent, fetch, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writableMemory } from './process-memory.js';
import { startServer, type RunningServer } from './server-process.js';

const root = mkdtempSync(join(tmpdir(), 'sealscribe-web-'));
const folder = join(root, 'app');
const PAGE = `<!doctype html><title>app</title><script type="module" src="/assets/index-AbCd1234.js"></script>${' '.repeat(500)}`;
/** Each block says which it is, so that what the server holds of them can be counted. */
const BLOCKS = 64;
const model = Buffer.concat(
  Array.from({ length: BLOCKS }, (_, at) => Buffer.alloc(64 * 1024, `block ${at} of the model. `)),
);
const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets/nested'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'CANARY outside of the folder');
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'assets/index-AbCd1234.js'), 'document.title = "ran";\n');
  writeFileSync(join(folder, 'assets/nested/plain.txt'), 'deeper down');
  writeFileSync(join(folder, 'assets/nested/a b:c*d.txt'), 'CANARY odd');
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  mkdirSync(join(folder, 'model'));
  for (const name of ['model/encoder.onnx', 'model/touched.onnx', 'model/replaced.onnx', 'model/linked.onnx'])
    writeFileSync(join(folder, name), model);
  writeFileSync(join(folder, 'model/runtime.wasm'), model);
  writeFileSync(join(folder, '.hidden'), 'CANARY hidden');
  symlinkSync(join(root, 'secret.txt'), join(folder, 'link.txt'));
  server = await startServer({ args: ['--web', folder] });
});

afterAll(async () => {
  await server?.stop();
  await dispatcher.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (path: string, init = {}) => fetch(`${server.url}${path}`, { dispatcher, ...init });

/** Status and body for a request line that is sent as it is. */
async function getRaw(target: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  socket.write(`GET ${target} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

describe('pages', () => {
  test.each([
    '/',
    '/index.html',
    '/app',
    '/app/',
    '/app/transcripts/AAAAAAAAAAAAAAAAAAAAAA',
    '/s/AAAAAAAAAAAAAAAAAAAAAA',
  ])('%s is the app, not kept by any cache', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toBe(PAGE);
  });

  test('may run only the own scripts, reach only this server, and be framed by nobody', async () => {
    for (const path of ['/', '/s/AAAAAAAAAAAAAAAAAAAAAA', '/assets/index-AbCd1234.js', '/icon.svg']) {
      const { headers } = await get(path);
      const policy = new Map(
        (headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
          const [name = '', ...values] = directive.split(' ');
          return [name, values.join(' ')];
        }),
      );
      expect(Object.fromEntries(policy)).toEqual({
        'default-src': "'none'",
        'script-src': "'self' 'wasm-unsafe-eval'",
        'style-src': "'self'",
        'img-src': "'self'",
        'connect-src': "'self'",
        'media-src': 'blob:',
        'worker-src': "'self'",
        'manifest-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        'require-trusted-types-for': "'script'",
        'trusted-types': 'sealscribe sealscribe-device',
      });
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('permissions-policy')).toContain('microphone=(self)');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
    }
  });
});

describe('files', () => {
  test('with a hash in their name are kept for a year, others are asked for again', async () => {
    const script = await get('/assets/index-AbCd1234.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await get('/icon.svg')).headers.get('cache-control')).toBe('no-cache');
    expect(await (await get('/assets/nested/plain.txt')).text()).toBe('deeper down');
  });

  test('come compressed to those who can take it, and whole to the rest', async () => {
    const bodyFor = async (encoding: string) => {
      const { headers, body } = await request(`${server.url}/`, {
        dispatcher,
        headers: { 'accept-encoding': encoding },
      });
      return { encoding: headers['content-encoding'], bytes: Buffer.from(await body.arrayBuffer()) };
    };
    for (const accepted of ['gzip', 'br, gzip;q=0.5', 'GZIP']) {
      const { encoding, bytes } = await bodyFor(accepted);
      expect(encoding).toBe('gzip');
      expect(gunzipSync(bytes).toString()).toBe(PAGE);
    }
    for (const refused of ['identity', 'br', 'gzip;q=0']) {
      const { encoding, bytes } = await bodyFor(refused);
      expect(encoding).toBeUndefined();
      expect(bytes.toString()).toBe(PAGE);
    }
  });

  test('answer HEAD without a body', async () => {
    const answer = await get('/icon.svg', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });
});

describe('large files', () => {
  const hash = createHash('sha256').update(model).digest('base64url');
  const asIs = { 'accept-encoding': 'identity' };
  const bytesOf = async (answer: Awaited<ReturnType<typeof get>>) => Buffer.from(await answer.arrayBuffer());

  test('are sent from the disk: the server holds nothing of them', async () => {
    const numbered = /of the model\. block (\d+) /g;
    const found = new Set<string>();
    let hasPage = false;
    for (const memory of writableMemory(server.pid)) {
      const text = memory.toString('latin1');
      hasPage ||= text.includes(PAGE);
      for (const [, number = ''] of text.matchAll(numbered)) found.add(number);
    }
    // That of small files is found.
    expect(hasPage).toBe(true);
    expect(found.size).toBeLessThan(8);
    expect((await bytesOf(await get('/model/encoder.onnx', { headers: asIs }))).equals(model)).toBe(true);
  });

  test('come whole, with the hash of their bytes, the headers of every file, and compressed where that helps', async () => {
    const answer = await get('/model/encoder.onnx', { headers: asIs });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...{ 'content-type': 'application/octet-stream', 'content-length': String(model.length) },
      ...{ etag: `"${hash}"`, 'accept-ranges': 'bytes', 'cache-control': 'no-cache' },
      ...{ 'cross-origin-resource-policy': 'same-origin', 'x-content-type-options': 'nosniff' },
    });
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await bytesOf(answer)).equals(model)).toBe(true);
    const { headers, body } = await request(`${server.url}/model/runtime.wasm`, {
      dispatcher,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect([headers['content-encoding'], headers['etag']]).toEqual(['gzip', `"${hash}-gzip"`]);
    expect(gunzipSync(Buffer.from(await body.arrayBuffer())).equals(model)).toBe(true);
  });

  test('answer HEAD, and who has them already is told so', async () => {
    const head = await get('/model/encoder.onnx', { method: 'HEAD', headers: asIs });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(model.length)]);
    expect(await head.text()).toBe('');
    for (const known of [`"${hash}"`, `W/"${hash}"`, `"other", "${hash}"`, '*']) {
      const answer = await get('/model/encoder.onnx', { headers: { ...asIs, 'if-none-match': known } });
      expect([answer.status, await answer.text()]).toEqual([304, '']);
      expect(answer.headers.get('etag')).toBe(`"${hash}"`);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
    const other = await get('/model/encoder.onnx', {
      headers: { ...asIs, 'if-none-match': `"${hash}-gzip"` },
    });
    expect(other.status).toBe(200);
    await other.body?.cancel();
    const { headers } = await get('/icon.svg', { headers: asIs });
    const small = { ...asIs, 'if-none-match': headers.get('etag') ?? '' };
    expect((await get('/icon.svg', { headers: small })).status).toBe(304);
    expect((await get('/', { headers: { 'if-none-match': '*' } })).status).toBe(200);
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, model.length],
    ['bytes=-70000', model.length - 70_000, model.length],
    ['bytes=65530-65545', 65_530, 65_546],
    [`bytes=5-${model.length + 5}`, 5, model.length],
  ])('give the part %s', async (range, start, end) => {
    const answer = await get('/model/encoder.onnx', { headers: { ...asIs, range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${model.length}`);
    expect((await bytesOf(answer)).equals(model.subarray(start, end))).toBe(true);
  });

  test('give the whole where the range is none or of another version, and nothing where there is none of it', async () => {
    const ranges = [
      { range: 'bytes=9-3' },
      { range: 'bytes=0-1,4-5' },
      { range: 'lines=1-2' },
      { range: 'bytes=-' },
    ];
    for (const headers of [...ranges, { range: 'bytes=0-1', 'if-range': '"another"' }]) {
      const answer = await get('/model/encoder.onnx', { headers: { ...asIs, ...headers } });
      expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, model.length]);
    }
    for (const range of [`bytes=${model.length}-`, 'bytes=-0']) {
      const answer = await get('/model/encoder.onnx', { headers: { ...asIs, range } });
      expect([answer.status, await answer.text()]).toEqual([416, '']);
      expect(answer.headers.get('content-range')).toBe(`bytes */${model.length}`);
    }
    const part = { ...asIs, range: 'bytes=0-1', 'if-range': `"${hash}"` };
    expect((await get('/model/encoder.onnx', { headers: part })).status).toBe(206);
  });

  test('are refused once they are not what they were at the start', async () => {
    const path = (name: string) => join(folder, 'model', name);
    writeFileSync(path('touched.onnx'), Buffer.concat([Buffer.from('CANARY'), model.subarray(6)]));
    writeFileSync(path('new'), Buffer.concat([Buffer.from('CANARY'), model.subarray(6)]));
    utimesSync(path('new'), new Date(0), new Date(0));
    renameSync(path('new'), path('replaced.onnx'));
    rmSync(path('linked.onnx'));
    symlinkSync(join(root, 'secret.txt'), path('linked.onnx'));
    for (const name of ['touched', 'replaced', 'linked']) {
      const answer = await get(`/model/${name}.onnx`, { headers: asIs });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
      expect(await answer.text()).not.toContain('CANARY');
    }
    expect((await get('/model/encoder.onnx', { headers: { ...asIs, range: 'bytes=0-1' } })).status).toBe(206);
  });

  test('close what a client that goes away had opened', async () => {
    for (let round = 0; round < 30; round++) {
      const answer = await get('/model/encoder.onnx', { headers: asIs });
      await answer.body?.cancel();
    }
    const open = () =>
      readdirSync(`/proc/${server.pid}/fd`).filter((fd) => {
        try {
          return readlinkSync(`/proc/${server.pid}/fd/${fd}`).endsWith('.onnx');
        } catch {
          return false;
        }
      }).length;
    await expect.poll(open).toBe(0);
  });
});

describe('nothing else is given out', () => {
  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/assets//../../secret.txt',
    '//secret.txt',
    '/link.txt',
    '/.hidden',
    '/icon.svg%00',
    '/assets/nested/a%20b:c*d.txt',
    '/assets/',
    '/nothing-here',
    '/v1/nothing-here',
  ])('%s', async (target) => {
    const { status, text } = await getRaw(target);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('CANARY');
    expect(text).toContain('application/json');
  });

  test('the API answers beside the app as it does without it', async () => {
    expect((await get('/health')).status).toBe(200);
    expect((await get('/v1/transcripts')).status).toBe(401);
    expect((await get('/v1/sessions', { method: 'PATCH' })).status).toBe(405);
    expect((await get('/health')).headers.get('content-security-policy')).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
  });
});

test('a folder without a page is refused at the start, by name', () => {
  const main = new URL('../../packages/server-reference/dist/main.js', import.meta.url).pathname;
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, '--port', '0', '--data', join(root, 'data'), '--web', join(folder, 'assets')],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('there is no index.html');
});
