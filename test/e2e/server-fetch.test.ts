/** Recordings by address: the real server fetches one over https from another on this machine, which its operator has named. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareWords } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';
import { JFK, JFK_TEXT, call, hasServer, newSession } from './server-requests.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasServer || !hasOpenssl)('--fetch-from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-fetch-'));
  const asked: string[] = [];
  let files: Server;
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    // prettier-ignore
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', '/CN=files.test', '-addext', 'subjectAltName=DNS:files.test', '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder });
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    const recording = readFileSync(JFK);
    files = createServer({ key, cert }, ({ url = '', headers }, response) => {
      asked.push(`${url} ${headers.authorization ?? 'nobody'}`);
      if (url === '/moved.wav') response.writeHead(302, { location: '/canary speech.wav' }).end();
      else if (url.endsWith('.wav')) response.end(recording);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    const { port } = files.address() as AddressInfo;
    server = await startServer({
      args: ['--workers', '1', '--fetch-from', `files.test=127.0.0.1:${port}`],
      env: { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') },
    });
    token = await newSession(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    files?.close();
    files?.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  async function transcribeFrom(url: string) {
    const form = new FormData();
    form.append('url', url);
    const encoded = new Response(form);
    return call(`${server.url}/v1/transcribe`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': encoded.headers.get('content-type') ?? '',
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
  }

  test('a recording behind an address of a named host becomes text, also where it has moved to', async () => {
    for (const path of ['a.wav', 'moved.wav']) {
      const { status, json } = await transcribeFrom(`https://files.test/${path}`);
      expect([status, bareWords(json.text)]).toEqual([200, bareWords(JFK_TEXT)]);
    }
    expect(asked).toEqual(['/a.wav nobody', '/moved.wav nobody', '/canary%20speech.wav nobody']);
  });

  test('what is not there, and hosts that nobody named, give their errors; no address is logged', async () => {
    expect(await transcribeFrom('https://files.test/canary')).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
    expect(await transcribeFrom('https://canary.test/a.wav')).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
    expect(server.stderr()).not.toMatch(/canary|files\.test/);
  });
});
