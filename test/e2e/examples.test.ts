/**
 * The examples run as a reader would run them, against a real server. By itself that is in place; with SEALSCRIBE_EXAMPLES it is in a
 * folder where they were installed from what is published (scripts/check/consumers.mjs).
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { build, preview as startPreview, PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText, decrypt, importKey } from '@sealscribe/crypto';
import { transcriptSchema } from '@sealscribe/protocol';
import { Sealscribe } from '@sealscribe/sdk-node';
import { sampleRecording } from '../../scripts/demo/recording.mjs';
import { spoken, startForClients, type ClientsServer } from './clients-server.js';
import { hasRuntimes, installRuntimes, programs } from './runtimes/installed.js';
import { startServer } from './server-process.js';
import { canRun, jfk, launch, newContext, SAID, type Watched } from './web-app-browser.js';

const examples =
  process.env['SEALSCRIBE_EXAMPLES'] ?? fileURLToPath(new URL('../../examples', import.meta.url));
const run = promisify(execFile);
const SPOKEN = /fellow.americans/i;

/** What of Vite is used. */
interface Vite {
  build: typeof build;
  preview: typeof startPreview;
}

let server: ClientsServer;
let preview: PreviewServer | undefined;
beforeAll(async () => {
  let origin = 'http://localhost:5173';
  if (canRun) {
    // The Vite that the example brings, which may be another than ours.
    const root = join(examples, 'vite-upload');
    const vite = (await import(
      pathToFileURL(join(root, 'node_modules/vite/dist/node/index.js')).href
    )) as Vite;
    const outDir = mkdtempSync(join(tmpdir(), 'sealscribe-vite-'));
    await vite.build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
    preview = await vite.preview({
      root,
      logLevel: 'warn',
      build: { outDir },
      preview: { port: 0, host: 'localhost' },
    });
    origin = preview.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? origin;
  }
  server = await startForClients(['--allow-origin', origin]);
}, 300_000);
afterAll(async () => {
  await preview?.close();
  await server?.stop();
});

test('node-quickstart transcribes, seals, stores, opens and prints subtitles', async () => {
  const { stdout } = await run(process.execPath, ['quickstart.mjs', sampleRecording().path], {
    cwd: join(examples, 'node-quickstart'),
    env: {
      ...process.env,
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: 'quickstart@example.com',
      SEALSCRIBE_PASSWORD: 'a password for the quickstart',
    },
  });
  expect(stdout).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/);
  expect(stdout.toLowerCase()).toContain('what you can do for your country');
});

test('express-webhook takes what the server signed and opens what it sealed, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-receiver-'));
  const [TLS_KEY, TLS_CERT] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  // prettier-ignore
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=hooks', '-addext', 'subjectAltName=DNS:hooks.example.com', '-keyout', TLS_KEY, '-out', TLS_CERT], { stdio: 'ignore' });
  const cwd = join(examples, 'express-webhook');
  const { stdout } = await run(process.execPath, ['receiver.mjs', 'keys'], { cwd });
  const { publicKey, privateKey } = JSON.parse(stdout) as Record<'publicKey' | 'privateKey', string>;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const receiver = spawn(process.execPath, ['receiver.mjs'], {
    cwd,
    env: {
      ...process.env,
      WEBHOOK_SECRET: secret,
      WEBHOOK_PRIVATE_KEY: privateKey,
      TLS_KEY,
      TLS_CERT,
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [receiver.stdout, receiver.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect.poll(() => said).toContain('port');
  const { port } = JSON.parse(said) as { port: number };
  const sender = await startServer({
    args: ['--webhook-retry', '1', '--webhook-to', `hooks.example.com=127.0.0.1:${port}`],
    env: { NODE_EXTRA_CA_CERTS: TLS_CERT },
  });
  const client = new Sealscribe({ server: sender.url, fingerprint: sender.fingerprint });
  try {
    await client.signUp({ email: 'hooks@example.com', password: 'a password for the hooks' });
    const url = 'https://hooks.example.com/webhook';
    await client.webhooks.add({ url, secret, publicKey });
    const { text } = await client.transcribe({ path: sampleRecording().path }, { job: true });
    await expect.poll(() => said).toContain(`"words":${text.split(' ').length}}`);
    expect(said).not.toMatch(SPOKEN);
    const { id } = await client.webhooks.add({ url, publicKey });
    expect(await client.webhooks.test(id)).toEqual({ delivered: false, status: 400 });
    expect(said).toContain('refused: webhook_untrusted');
  } finally {
    receiver.kill();
    await client.close();
    await sender.stop();
  }
});

test('own-storage keeps bytes that say nothing, and opens them with the password alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-own-'));
  const text = 'Ask not what your country can do for you.\n';
  const own = async (password: string, ...args: string[]) => {
    const child = spawn(process.execPath, [join(examples, 'own-storage/own-storage.mjs'), ...args], {
      cwd: folder,
      env: { ...process.env, PASSWORD: password },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => (stdout += String(part)));
    child.stderr.on('data', (part) => (stderr += String(part)));
    child.stdin.end(text);
    const [code] = (await once(child, 'close')) as [number];
    return { code, stdout, stderr };
  };
  expect(await own('one', 'save', 'notes')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(folder, 'sealed/notes'))).toHaveLength(text.length + 28);
  expect(await own('one', 'open', 'notes')).toEqual({ code: 0, stdout: text, stderr: '' });
  expect(await own('another', 'open', 'notes')).toMatchObject({ code: 1, stdout: '' });
  expect(await own('one', 'open', '../notes')).toMatchObject({ code: 2 });
});

describe('edge-worker', () => {
  const sealingKey = randomBytes(32);
  const env = () => ({
    SEALSCRIBE_SERVER: server.url,
    SEALSCRIBE_KEY: server.apiKey,
    SEALING_KEY: sealingKey.toString('base64'),
  });
  const isSealed = async (bytes: Uint8Array) => {
    const opened = decodeText(await decrypt(await importKey(sealingKey), bytes));
    expect(transcriptSchema.parse(JSON.parse(opened)).text).toMatch(SPOKEN);
  };

  beforeAll(async () => {
    if (hasRuntimes) await installRuntimes();
  }, 600_000);

  test.skipIf(!hasRuntimes)(
    'seals what the server heard, in Deno that may reach the server and nothing else',
    async () => {
      const audio = spoken(3).toString('base64');
      const code = `
        import worker from './worker.mjs';
        const env = ${JSON.stringify(env())};
        const body = Uint8Array.from(atob('${audio}'), (each) => each.charCodeAt(0));
        const ask = (init) => worker.fetch(new Request('https://edge.example/', init), env);
        const sealed = await (await ask({ method: 'POST', body })).arrayBuffer();
        const refused = await ask({ method: 'POST', body: 'This is no recording. '.repeat(50) });
        const { code } = await refused.json();
        const { status } = await ask({ method: 'GET' });
        console.log(JSON.stringify({ sealed: btoa(String.fromCharCode(...new Uint8Array(sealed))), code, status }));`;
      const child = spawn(
        programs.deno,
        [
          'run',
          '--no-prompt',
          `--cert=${server.certificate}`,
          `--allow-net=${new URL(server.url).host}`,
          '-',
        ],
        { cwd: join(examples, 'edge-worker') },
      );
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (part) => (stdout += String(part)));
      child.stderr.on('data', (part) => (stderr += String(part)));
      child.stdin.end(code);
      const [exit] = (await once(child, 'close')) as [number];
      expect([exit, stderr]).toEqual([0, '']);
      const told = JSON.parse(stdout) as { sealed: string; code: string; status: number };
      await isSealed(new Uint8Array(Buffer.from(told.sealed, 'base64')));
      expect([told.code, told.status]).toEqual(['unsupported_media', 405]);
    },
  );

  test('imports nothing but the crypto package, and names nothing of Node', () => {
    const worker = readFileSync(join(examples, 'edge-worker/worker.mjs'), 'utf8');
    expect([...worker.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['@sealscribe/crypto']);
    const dist = join(examples, 'edge-worker/node_modules/@sealscribe/crypto/dist');
    for (const name of readdirSync(dist).filter((file) => file.endsWith('.js')))
      expect(readFileSync(join(dist, name), 'utf8')).not.toMatch(
        /^import|\bfrom ?['"]|\bprocess\.|\bBuffer\b/m,
      );
  });
});

describe.skipIf(!canRun)('vite-upload', () => {
  test('transcribes and seals a file that is chosen in Chromium, and says what is wrong with another', async () => {
    const browser = await launch();
    try {
      const watched: Watched = { problems: [], sent: [] };
      const context = await newContext(browser, watched);
      const page = await context.newPage();
      await page.goto(preview?.resolvedUrls?.local[0] ?? '');
      await page.getByLabel('Server').fill(server.url);
      await page.getByLabel('Email').fill('vite@example.com');
      await page.getByLabel('Password').fill('a password for the page');
      await page.getByLabel('new account').check();
      await page.getByLabel('Recording').setInputFiles(jfk);
      await page.getByRole('button', { name: 'Transcribe' }).click();
      await page.getByText('Sealed and kept.').waitFor();
      expect(await page.locator('#text').textContent()).toMatch(SAID);
      expect(await page.getByRole('listitem').allTextContents()).toEqual(['jfk.wav, 11 s']);
      expect(watched.problems).toEqual([]);
      for (const { body } of watched.sent) expect(body).not.toMatch(/a password for|country/);

      await page.getByLabel('new account').uncheck();
      await page.getByLabel('Password').fill('another password');
      await page.getByRole('button', { name: 'Transcribe' }).click();
      await page.getByText('(wrong_password)').waitFor();
    } finally {
      await browser.close();
    }
  });
});
