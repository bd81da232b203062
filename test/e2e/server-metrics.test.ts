// Jobs, uploads and the queue in numbers: they are right, and hold nothing of anybody.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { call, hasServer, JFK, newSession } from './server-requests.js';
import { Uploader } from './upload-requests.js';

const jfk = readFileSync(JFK);
/** Minutes of it: a WAV file whose header says that it goes on. */
function long(): Buffer {
  const at = jfk.indexOf('data') + 8;
  const header = Buffer.from(jfk.subarray(0, at));
  header.writeUInt32LE(0xffffffff, at - 4);
  return Buffer.concat([header, ...Array<Buffer>(60).fill(jfk.subarray(at))]);
}

describe.skipIf(!hasServer)('the numbers of a server', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--metrics', '0'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  const canary = `canary${randomBytes(8).toString('hex')}`;
  const text = async () => (await fetch((server.ready as unknown as { metrics: string }).metrics)).text();
  const figure = async (name: string) => {
    const line = (await text()).split('\n').find((one) => one.startsWith(`sealscribe_${name} `));
    return Number(line?.slice(line.lastIndexOf(' ')));
  };
  const polled = (name: string) => expect.poll(() => figure(name), { timeout: 60_000 });
  const ask = (path: string, method = 'GET') =>
    call(server.url + path, { method, headers: { authorization: `Bearer ${token}` } });
  async function submit(file: Uint8Array): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(file)]), `${canary}.wav`);
    const encoded = new Response(form);
    const { status, json } = await call(`${server.url}/v1/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': encoded.headers.get('content-type') ?? '',
        'idempotency-key': `${canary}${randomBytes(4).toString('hex')}`,
        'user-agent': canary,
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    expect(status).toBe(202);
    return json.id as string;
  }

  test('say what waits, what runs and what came of it, and nothing of what it is', async () => {
    expect(await figure('queue_seconds')).toBe(0);
    const ids = [await submit(jfk)];
    await polled('jobs_total{outcome="done"}').toBe(1);
    const words = (await ask(`/v1/transcriptions/${ids[0]}/result`)).text;
    expect(words).toContain('country');

    ids.push(await submit(Buffer.concat([Buffer.from('OggS'), randomBytes(2000)])));
    await polled('jobs_total{outcome="failed"}').toBe(1);

    ids.push(await submit(long()));
    // Eleven minutes: known from the bytes of what came before, and then from what is heard.
    await polled('queue_seconds').toBeGreaterThan(60);
    await polled('jobs{state="running"}').toBe(1);
    expect(await figure('queue_seconds')).toBeLessThan(3000);
    expect((await ask(`/v1/transcriptions/${ids[2]}`, 'DELETE')).status).toBe(204);
    await polled('jobs_total{outcome="cancelled"}').toBe(1);
    await polled('queue_seconds').toBe(0);
    expect(await figure('jobs{state="queued"}')).toBe(0);

    const uploader = new Uploader(server.url, token);
    const upload = await uploader.create(1000);
    await uploader.patch(upload, 0, Buffer.alloc(600, canary));
    expect(await figure('upload_bytes')).toBe(600);
    await uploader.send('DELETE', upload);
    expect(await figure('upload_bytes')).toBe(0);
    expect(await figure('recogniser_reachable')).toBe(1);
    expect(await figure('webhook_tries_total{outcome="given_up"}')).toBe(0);

    const all = await text();
    for (const trace of [canary, token, ...ids, upload.split('/').at(-1) ?? '', 'country', '127.0.0.1'])
      expect(all).not.toContain(trace);
  });
});
