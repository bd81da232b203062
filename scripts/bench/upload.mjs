// @ts-check
// The group "upload": a recording of 100 MB through POST /v1/transcribe of the real server code, sign-in, admission, parser and
// wiping included, with a recogniser that answers at once, against a node:https server that only keeps the chunks of the body.
// Both servers are processes of their own with the same certificate, TLS 1.3, and this process as their client.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { compare } from './measure.mjs';

const BYTES = 100_000_000;
const TIME = 'upload.100MB';
const MEMORY = 'memory.upload.100MB';
/** Both servers finish what follows an answer (wiping, freeing) before the other one is measured. */
const PAUSE_MS = 100;

/** @param {string} script @param {string} argument */
async function startServer(script, argument) {
  const child = fork(script, [argument], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${script} did not start`)));
  const [{ port }] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => undefined);
  return {
    port: Number(port),
    /** Bytes of the process's memory at its largest. @returns {Promise<number>} */
    async peak() {
      child.send('peak');
      return (await once(child, 'message'))[0].peak;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}

const agent = new Agent({ keepAlive: true, minVersion: 'TLSv1.3', rejectUnauthorized: false });

/** @param {number} port @param {string} path @param {Record<string, string>} headers @param {Buffer} body @returns {Promise<any>} */
function post(port, path, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent };
    const sent = request({ ...options, headers: { ...headers, 'content-length': body.length } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('error', reject).on('end', () => {
        if ((answer.statusCode ?? 0) < 300) resolve(JSON.parse(text));
        else reject(new Error(`POST ${path} answered ${answer.statusCode}: ${text}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** @param {number} port @returns {Promise<string>} The token of a new account. */
async function signUp(port) {
  const random = (/** @type {number} */ bytes) => randomBytes(bytes).toString('base64url');
  const keys = { email: 'bench@example.com', salt: random(16), iterations: 600_000, keyVersion: 1 };
  const account = {
    accountId: random(16),
    keys: { ...keys, authKey: random(32), wraps: { password: random(104) } },
  };
  const headers = { 'content-type': 'application/json' };
  return (await post(port, '/v1/accounts', headers, Buffer.from(JSON.stringify(account)))).token;
}

/** A form with one file that begins like a WAV file and goes on with noise. @param {string} boundary */
function formOf(boundary) {
  const file = randomBytes(BYTES);
  file.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="audio.wav"\r\n`;
  const type = 'content-type: application/octet-stream\r\n\r\n';
  return Buffer.concat([Buffer.from(head + type), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* uploadFigures(wanted) {
  if (!wanted(TIME) && !wanted(MEMORY)) return;
  const data = mkdtempSync(join(tmpdir(), 'sealscribe-bench-'));
  const collectingServer = fileURLToPath(new URL('collecting-server.mjs', import.meta.url));
  const servers = [await startServer(await bundle('upload-server'), data)];
  try {
    servers.push(await startServer(collectingServer, join(data, 'tls', 'identity.pem')));
    const [ours, reference] = /** @type {[typeof servers[0], typeof servers[0]]} */ (servers);
    const boundary = `sealscribe-${randomBytes(16).toString('base64url')}`;
    const body = formOf(boundary);
    const headers = {
      authorization: `Bearer ${await signUp(ours.port)}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    };
    const uploadTo = (/** @type {number} */ port, /** @type {number} */ expected) => async () => {
      const { text } = await post(port, '/v1/transcribe', headers, body);
      if (Number(text) !== expected) throw new Error(`${text} bytes arrived instead of ${expected}`);
    };
    const time = await compare(TIME, uploadTo(ours.port, BYTES), uploadTo(reference.port, body.length), {
      seconds: 30,
      between: () => delay(PAUSE_MS),
    });
    if (wanted(TIME)) yield time;
    const [value, other] = [await ours.peak(), await reference.peak()].map((bytes) => bytes / 1024 ** 2);
    if (wanted(MEMORY) && value !== undefined && other !== undefined)
      yield { name: MEMORY, value, unit: 'MiB', reference: other, ratio: value / other };
  } finally {
    agent.destroy();
    for (const server of servers) await server.stop();
    rmSync(data, { recursive: true });
  }
}
