// Recognition on Triton: the same transcript as on this machine, to the last bit; and what people see when Triton is away, slow or lies.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StandInTriton } from '../../packages/server-reference/test/triton/stand-in-triton.js';
import { startServer, type RunningServer } from './server-process.js';
import { call, hasServer, JFK, newSession, transcribe } from './server-requests.js';

const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const jfk = readFileSync(JFK);

describe.skipIf(!hasServer)('recognition on Triton', () => {
  let repository: string;
  let triton: StandInTriton;
  let server: RunningServer;
  let token: string;
  let transcript: unknown;
  const send = () => transcribe(server.url, token, jfk);
  const status = async () => (await call(`${server.url}/health`)).json.status as string;

  beforeAll(async () => {
    repository = mkdtempSync(join(tmpdir(), 'sealscribe-triton-'));
    const args = [MAIN, 'triton-models', repository, '--kind', 'cpu'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim()).toBe(join(repository, readdirSync(repository)[0] ?? ''));
    triton = await StandInTriton.start(repository);
    server = await startServer({ args: ['--triton', triton.url, '--triton-timeout', '2'] });
    token = await newSession(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    await triton?.go();
    rmSync(repository, { recursive: true, force: true });
  });
  afterEach(() => {
    triton.misbehave = () => false;
    triton.distort = (json, binary) => [json, binary];
  });

  test('the transcript is that of a server that recognises by itself: text, words, times and confidences', async () => {
    const local = await startServer();
    try {
      const here = await transcribe(local.url, await newSession(local.url), jfk);
      const there = await send();
      transcript = there.json;
      expect(there.status).toBe(200);
      expect(there.json).toEqual(here.json);
      expect(there.json.segments[0].words.length).toBeGreaterThan(10);
      expect(triton.inferences).toBeGreaterThan(0);
      expect((await call(`${server.url}/health`)).json).toMatchObject({ status: 'ok', device: 'triton' });
    } finally {
      await local.stop();
    }
  });

  test('a Triton that goes away in the middle of a request and comes back costs time, not the recording', async () => {
    let gone: Promise<unknown> | undefined;
    triton.misbehave = ({ path }) => {
      if (!path.endsWith('/infer') || gone) return false;
      gone = triton.go().then(() => triton.come());
      return true;
    };
    const { status, json } = await send();
    expect(gone).toBeDefined();
    expect([status, json]).toEqual([200, transcript]);
  });

  test('one that fails once is asked again', async () => {
    const before = triton.inferences;
    triton.misbehave = ({ path, response }) => {
      if (!path.endsWith('/infer') || triton.inferences > before + 1) return false;
      response.writeHead(500).end('{"error":"out of memory"}');
      return true;
    };
    expect(await send()).toMatchObject({ status: 200, json: transcript });
  });

  test('one that stays away is said to clients, who are to come again, and in /health; what is stored is served', async () => {
    await triton.go();
    expect(await send()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '10' },
      json: { code: 'unavailable', error: 'The recogniser cannot be reached at the moment.' },
    });
    await expect.poll(status, { timeout: 30_000 }).toBe('degraded');
    const headers = { authorization: `Bearer ${token}` };
    expect((await call(`${server.url}/v1/blobs`, { headers })).status).toBe(200);
    await triton.come();
    expect(await send()).toMatchObject({ status: 200, json: transcript });
    await expect.poll(status, { timeout: 30_000 }).toBe('ok');
  });

  test('one that never answers is given up after its time', async () => {
    triton.misbehave = ({ path }) => path.endsWith('/infer');
    expect(await send()).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  });

  test('an answer that cannot be one is no transcript: cut, too long, of other tensors, or from elsewhere', async () => {
    let elsewhere = 0;
    const other = createServer((_, response) => {
      elsewhere++;
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v2/models/x/infer`;
    type Output = { shape: number[]; datatype: string };
    const change = (edit: (first: Output) => object) => () => {
      triton.distort = (json, binary) => {
        const [first, ...rest] = json['outputs'] as Output[];
        return [{ ...json, outputs: [{ ...first, ...(first && edit(first)) }, ...rest] }, binary];
      };
    };
    const answerWith =
      (status: number, headers = {}) =>
      () => {
        triton.misbehave = ({ path, response }) => {
          if (!path.endsWith('/infer')) return false;
          response.writeHead(status, headers).end();
          return true;
        };
      };
    const lies = {
      cut: () => (triton.distort = (json, binary) => [json, binary.subarray(0, binary.length - 4)]),
      longer: () => (triton.distort = (json, binary) => [json, Buffer.concat([binary, binary])]),
      type: change(() => ({ datatype: 'FP32' })),
      shape: change(({ shape }) => ({ shape: [...shape, 1] })),
      size: change(() => ({ shape: [2 ** 40], parameters: { binary_data_size: 2 ** 43 } })),
      nothing: () => (triton.distort = () => [{ outputs: [] }, Buffer.alloc(0)]),
      'no tensors': answerWith(200),
      announced: answerWith(200, { 'content-length': String(2 ** 40) }),
      refused: answerWith(400),
      elsewhere: answerWith(307, { location }),
    };
    for (const [what, lie] of Object.entries(lies)) {
      triton.misbehave = () => false;
      triton.distort = (json, binary) => [json, binary];
      lie();
      const { status, json } = await send();
      expect([what, status, json.code]).toEqual([what, 500, 'recognizer_failed']);
    }
    other.close();
    expect(elsewhere).toBe(0);
    triton.misbehave = () => false;
    triton.distort = (json, binary) => [json, binary];
    expect(await send()).toMatchObject({ status: 200, json: transcript });
  });

  test('audio and text are in no line of the log, and what Triton is sent is the audio and two numbers', () => {
    expect(server.stderr()).toContain('Triton does not answer');
    for (const word of ['fellow', 'Americans', 'country']) expect(server.stderr()).not.toContain(word);
    for (const body of triton.bodies) {
      const text = body.toString('latin1');
      const json = JSON.parse(text.slice(0, text.indexOf('}]}') + 3)) as { inputs: { name: string }[] };
      expect(Object.keys(json)).toEqual(['inputs', 'outputs']);
      expect(json.inputs.map(({ name }) => name)).toEqual(['audio', 'max_tokens', 'no_speech_above']);
    }
  });

  test('a graph of another version, one that is not what its name says, and no Triton at all end the start with what to do', async () => {
    const [name = ''] = triton.models;
    const start = () => startServer({ args: ['--triton', triton.url, '--triton-timeout', '2'] });
    triton.rename(name, 'sealscribe-moonshine-tiny-en-0123456789abcdef');
    await expect(start()).rejects.toThrow(
      'Triton has no graph of the model moonshine-tiny-en that is of this version of the server and of the model. Run `sealscribe-server triton-models FOLDER` again',
    );
    triton.rename('sealscribe-moonshine-tiny-en-0123456789abcdef', name);
    const { outputs } = triton.model(name);
    outputs[0].datatype = 'INT32';
    await expect(start()).rejects.toThrow(`The model ${name} on Triton is not what its name says`);
    outputs[0].datatype = 'INT64';
    await triton.go();
    await expect(start()).rejects.toThrow(`is it running at ${triton.url}?`);
    await expect(startServer({ args: ['--triton', 'http://10.0.0.1:8000'] })).rejects.toThrow(
      '--triton-insecure',
    );
  });
});
