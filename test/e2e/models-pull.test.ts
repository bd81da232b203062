// Models by name, from a hub that breaks off, lies and redirects, to a folder that a server without network runs.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countWordErrors } from '../fixtures/wer.js';
import { startHub, type Hub } from './models-hub.js';
import { call, hasServer, JFK, JFK_TEXT, newSession, transcribe } from './server-requests.js';
import { startServer } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const embedded = (name: string) =>
  readFileSync(new URL(`../../packages/model-moonshine-tiny-en/files/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sealscribe-models-'));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The embedded model as the hub has it: the vocabulary as a tokenizer, the graphs in a folder. */
function moonshineFiles(): Map<string, Buffer> {
  const pieces = embedded('tokens.txt').toString().replace(/\n$/, '').split('\n');
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const at = (path: string) => `onnx-community/moonshine-tiny-ONNX/${path}`;
  return new Map([
    [at('tokenizer.json'), Buffer.from(JSON.stringify({ model: { type: 'BPE', vocab } }))],
    [at('onnx/encoder_model_quantized.onnx'), embedded('encoder_model.onnx')],
    [at('onnx/decoder_model_merged_quantized.onnx'), embedded('decoder_model_merged.onnx')],
  ]);
}

/** Bytes under the paths of Whisper tiny: what they hold is not looked at here. */
function whisperFiles(): Map<string, Buffer> {
  const at = (path: string) => `onnx-community/whisper-tiny_timestamped/${path}`;
  return new Map([
    [at('config.json'), Buffer.from('{"a":1}')],
    [at('generation_config.json'), Buffer.from('{"b":2}')],
    [at('tokenizer.json'), randomBytes(70_000)],
    [at('onnx/encoder_model_quantized.onnx'), randomBytes(3_000_000)],
    [at('onnx/decoder_model_merged_quantized.onnx'), randomBytes(500_000)],
  ]);
}
const ENCODER = 'onnx-community/whisper-tiny_timestamped/onnx/encoder_model_quantized.onnx';

function models(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, 'models', ...args], { env: { PATH: process.env['PATH'] } });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

describe.skipIf(!hasServer)('models by name', () => {
  const files = whisperFiles();
  let hub: Hub;
  let data: string;
  const pull = (...names: string[]) => models('pull', '--data', data, '--hub', hub.url, ...names);
  const at = (...path: string[]) => join(data, 'models', 'whisper-tiny', ...path);
  beforeEach(async () => {
    data = mkdtempSync(join(folder, 'data-'));
    hub = await startHub(files);
  });
  afterEach(() => hub.close());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a pull puts every file in place, with a manifest that says what was checked and where it came from', async () => {
    const { code, stdout, stderr } = await pull('whisper-tiny');
    expect([code, stdout.trim()]).toEqual([0, at()]);
    // For the server, which may be another user than who pulls.
    for (const [path, mode] of [
      [join(data, 'models'), 0o755],
      [at(), 0o755],
      [at('manifest.json'), 0o644],
      [at('tokenizer.json'), 0o644],
    ] as const)
      expect([path, statSync(path).mode & 0o777]).toEqual([path, mode]);
    expect(stderr).toMatch(/encoder_model_quantized\.onnx +3\.0 MB +100 %/);
    expect(readdirSync(join(data, 'models'))).toEqual(['whisper-tiny']);
    expect(JSON.parse(readFileSync(at('manifest.json'), 'utf8'))).toMatchObject({
      id: 'whisper-tiny',
      family: 'whisper',
      licence: 'MIT',
      source: { repository: 'onnx-community/whisper-tiny_timestamped', commit: hub.commit },
      files: [...files].map(([path, bytes]) => ({
        name: path.split('/').at(-1),
        size: bytes.length,
        sha256: sha256(bytes),
        pinned: false,
      })),
    });
    // After the first answer all is asked of the same commit, so that no model is made of two.
    expect(hub.requests.filter((line) => line.includes('/main/'))).toEqual([expect.stringContaining('HEAD')]);
    const again = await pull('whisper-tiny');
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('there already')]);
  });

  test('a download that breaks off goes on where it broke', async () => {
    hub.breakAfter = { bytes: 1_200_000, times: 2 };
    expect((await pull('whisper-tiny')).code).toBe(0);
    const ranges = hub.requests.filter((line) => line.includes('/store/') && line.includes('bytes='));
    expect(ranges.length).toBe(2);
    expect(readFileSync(at('encoder_model_quantized.onnx')).equals(files.get(ENCODER) ?? Buffer.of())).toBe(
      true,
    );
  });

  test('what an interrupted pull left is used by the next one', async () => {
    hub.breakAfter = { bytes: 1_200_000, times: 1_000 };
    const child = spawn(process.execPath, [
      ...[MAIN, 'models', 'pull', 'whisper-tiny', '--data', data, '--hub', hub.url, '--pause', '60000'],
    ]);
    const ended = new Promise((resolve) => child.once('close', resolve));
    const part = join(data, 'models', 'whisper-tiny.part', 'encoder_model_quantized.onnx.part');
    await expect
      .poll(() => (existsSync(part) ? statSync(part).size : 0), { timeout: 30_000 })
      .toBeGreaterThan(100_000);
    await expect.poll(() => hub.breakAfter?.times, { timeout: 30_000 }).toBe(999);
    child.kill('SIGKILL');
    await ended;
    hub.breakAfter = undefined;
    hub.requests.length = 0;
    expect((await pull('whisper-tiny')).code).toBe(0);
    expect(
      hub.requests.filter((line) => /GET .*encoder_model_quantized.* bytes=\d{6,7}-$/.test(line)).length,
    ).toBe(2);
    expect(hub.requests.filter((line) => /GET .*tokenizer\.json/.test(line))).toEqual([]);
  });

  test('a server that ignores ranges gets a fresh start, not a file glued together', async () => {
    hub.ignoresRanges = true;
    hub.breakAfter = { bytes: 1_200_000, times: 1 };
    expect((await pull('whisper-tiny')).code).toBe(0);
    expect(sha256(readFileSync(at('encoder_model_quantized.onnx')))).toBe(
      sha256(files.get(ENCODER) ?? Buffer.of()),
    );
  });

  test.each([
    ['other bytes', randomBytes(3_000_000), /another SHA-256/],
    ['fewer bytes', randomBytes(2_000_000), /cannot be downloaded/],
    ['more bytes', randomBytes(3_500_000), /more bytes came/],
  ])('%s than announced are never put in place', async (_what, bytes, reason) => {
    hub.wrong.set(ENCODER, bytes);
    const { code, stderr } = await models(
      ...['pull', 'whisper-tiny', '--data', data, '--hub', hub.url, '--pause', '5'],
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(reason)]);
    expect(existsSync(at())).toBe(false);
  });

  test('refusals that pass are waited for, others are said at once', async () => {
    hub.refusals = 2;
    expect((await pull('whisper-tiny')).code).toBe(0);
    const missing = await pull('whisper-base');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('404')]);
    expect(await pull('whisper-gigantic')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no model "whisper-gigantic"'),
    });
  });

  test('a file with a pinned hash is not fetched when the hub announces another', async () => {
    const name = 'istupakov/canary-180m-flash-onnx/encoder-model.int8.onnx';
    await hub.close();
    hub = await startHub(new Map([[name, randomBytes(5_000)]]));
    const refused = await pull('canary-180m-flash');
    // Our hub knows no other revision than its own; the pinned one is asked for.
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/92c2231a.*encoder-model/)]);
    expect(existsSync(join(data, 'models', 'canary-180m-flash'))).toBe(false);
  });

  test('plain HTTP beyond this machine is refused before anything is sent', async () => {
    const { code, stderr } = await models(
      'pull',
      'whisper-tiny',
      '--data',
      data,
      '--hub',
      'http://example.com',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('https: only')]);
  });

  test('verify finds a changed byte, a cut file and a missing one; remove deletes', async () => {
    await pull('whisper-tiny');
    const right = await models('verify', '--data', data);
    expect([right.code, right.stdout]).toEqual([0, expect.stringMatching(/whisper-tiny: right \(0 .* 5 /)]);
    const changed = Buffer.from(files.get(ENCODER) ?? []);
    changed[1_000_000] ^= 1;
    writeFileSync(at('encoder_model_quantized.onnx'), changed);
    writeFileSync(at('tokenizer.json'), 'short');
    rmSync(at('config.json'));
    const { code, stdout } = await models('verify', 'whisper-tiny', '--data', data);
    expect(code).toBe(1);
    expect(stdout.trim().split('\n')).toEqual([
      'whisper-tiny: config.json: missing',
      expect.stringContaining('tokenizer.json: 5 bytes instead of'),
      'whisper-tiny: encoder_model_quantized.onnx: another SHA-256',
    ]);
    expect((await models('remove', 'whisper-tiny', '--data', data)).code).toBe(0);
    expect(existsSync(at())).toBe(false);
    expect((await models('remove', '../data', '--data', data)).code).toBe(1);
  });

  test('list says what is embedded, there and available', async () => {
    await pull('whisper-tiny');
    const list = JSON.parse((await models('list', '--json', '--data', data)).stdout) as Record<
      string,
      unknown
    >[];
    const state = (name: string) => list.find((model) => model['name'] === name)?.['state'];
    expect(['moonshine-tiny-en', 'whisper-tiny', 'parakeet-tdt-0.6b-v3'].map(state)).toEqual([
      'embedded',
      'downloaded',
      'available',
    ]);
  });
});

describe.skipIf(!hasServer)('a server with several models', () => {
  test('runs a downloaded model that was carried to it in a folder, beside the embedded one', async () => {
    const home = mkdtempSync(join(tmpdir(), 'sealscribe-models-'));
    const hub = await startHub(moonshineFiles());
    const pulled = await models(
      'pull',
      'moonshine-tiny',
      '--data',
      join(home, 'connected'),
      '--hub',
      hub.url,
    );
    await hub.close();
    expect(pulled).toMatchObject({ code: 0 });
    const data = join(home, 'air-gapped');
    cpSync(join(home, 'connected', 'models'), join(data, 'models'), { recursive: true });
    expect((await models('verify', '--data', data)).code).toBe(0);
    const args = ['--workers', '1', '--model', 'moonshine-tiny-en', '--model', 'moonshine-tiny'];
    const server = await startServer({ dataFolder: data, args });
    try {
      expect(server.ready).toMatchObject({ models: ['moonshine-tiny-en', 'moonshine-tiny'] });
      const token = await newSession(server.url);
      const jfk = readFileSync(JFK);
      for (const [wish, model] of [
        ['moonshine-tiny', 'moonshine-tiny'],
        ['moonshine-tiny-en', 'moonshine-tiny-en'],
        ['whisper-1', 'moonshine-tiny-en'],
        ['gpt-4o-mini-transcribe', 'moonshine-tiny-en'],
      ] as const) {
        const { json } = await transcribe(server.url, token, jfk, { fields: { model: wish } });
        expect(json.model).toBe(model);
        expect(countWordErrors(JFK_TEXT, json.text).errors).toBe(0);
      }
      const unknown = await transcribe(server.url, token, jfk, { fields: { model: 'whisper-2' } });
      expect(unknown).toMatchObject({
        status: 404,
        json: {
          code: 'model_not_found',
          error: expect.stringContaining('moonshine-tiny-en, moonshine-tiny'),
        },
      });
      const list = await call(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
      expect(list.json.data.map(({ id }: { id: string }) => id)).toEqual([
        'moonshine-tiny-en',
        'moonshine-tiny',
      ]);
    } finally {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    }
  });

  test('does not start with a model that is not there, not whole, or there twice', async () => {
    const home = mkdtempSync(join(tmpdir(), 'sealscribe-models-'));
    const start = (...args: string[]) =>
      startServer({ dataFolder: home, args: ['--workers', '1', ...args] }).then(
        (server) => server.stop().then(() => 'started'),
        (error: Error) => error.message,
      );
    expect(await start('--model', 'whisper-base')).toContain('models pull whisper-base');
    expect(await start('--model', 'moonshine-tiny-en,moonshine-tiny-en')).toContain('Two models have the id');
    rmSync(home, { recursive: true, force: true });
  });
});
